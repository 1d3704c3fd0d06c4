# shellcheck shell=bash
# Packages from Debian by name, for the setups that source this file. They have
# set -euo pipefail and $work, a folder that they remove at their end.
#
# All comes from the Debian mirror in this machine's apt sources (GIP_MIRROR
# overrides it) and is kept below $gip_cache, outside the tree.
export LC_ALL=C
gip_cache=${GIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gip}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { echo "${0##*compat_test/}: $*" >&2; }
# unavailable ends a setup whose packages cannot be had; the tests that need them
# are skipped.
unavailable() { say "$*"; exit 3; }

# mirror prints the first Debian main mirror among this machine's apt sources.
mirror() {
	[ -z "${GIP_MIRROR:-}" ] || { echo "$GIP_MIRROR"; return; }
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
		awk '$2 == "Debian" && $3 !~ /security|updates|backports/ && !n++ { print $1 }' | grep . ||
		sed -nE 's/^URIs: *([^ ]+).*/\1/p; s/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' \
			/etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
		grep -m1 -E '/debian/?$'
}

# apt_suite SUITE TOOL ARG... runs an apt tool on a private index of that suite,
# with no package installed.
apt_suite() {
	local d=$gip_cache/apt/$1 tool=$2
	shift 2
	"$tool" -qq -o Dir::Etc::SourceList="$d/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$d" -o Dir::State::status="$d/status" -o Dir::Cache="$d" \
		-o APT::Sandbox::User=root -o APT::Install-Recommends=false \
		-o Acquire::Check-Valid-Until=false -o Acquire::Languages=none "$@"
}

# index SUITE fetches the suite's package index, once for each run of setup, and
# index SUITE-src that of the source packages.
index() {
	local d=$gip_cache/apt/$1 suite=${1%-src} type=deb m
	[ "$suite" = "$1" ] || type=deb-src
	[ ! -e "$work/index-$1" ] || return 0
	[ -e "$keyring" ] || host_tools debian-archive-keyring
	m=$(mirror) || unavailable "no Debian mirror in the apt sources; set GIP_MIRROR"
	mkdir -p "$d/lists/partial" "$d/archives/partial"
	: >"$d/status"
	echo "$type [signed-by=$keyring] $m $suite main" >"$d/sources.list"
	apt_suite "$1" apt-get update -o APT::Update::Error-Mode=any >&2 ||
		unavailable "no package index of Debian $1 (offline?)"
	touch "$work/index-$1"
}

# newest SUITE REGEXP prints the newest package whose whole name matches.
newest() {
	apt_suite "$1" apt-cache pkgnames | grep -xE "$2" | sort -V | tail -n 1 | grep .
}

# host_tools PACKAGE... installs packages on this machine.
host_tools() {
	[ "$(id -u)" = 0 ] || unavailable "not root, and packages are missing: $*"
	say "install $*"
	{ apt-get update -q && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends "$@"; } >&2 ||
		unavailable "apt cannot install: $*"
}
