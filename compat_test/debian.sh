# shellcheck shell=bash
# Packages from Debian by name, for the setups that source this file. They have
# set -euo pipefail and $work, a folder that they remove at their end.
#
# All comes from the Debian mirror in this machine's apt sources (GIP_MIRROR
# overrides it) and is kept below $gip_cache, outside the tree. A setup that gets
# packages of another architecture than this machine's sets $deb_arch to Debian's
# name for it (see deb_arch_of).
export LC_ALL=C
deb_arch=
gip_cache=${GIP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gip}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# deb_arch_of GOARCH prints what Debian calls the architecture.
deb_arch_of() {
	case $1 in
	386) echo i386 ;;
	arm) echo armhf ;;
	mipsle) echo mipsel ;;
	mips64le) echo mips64el ;;
	ppc64le) echo ppc64el ;;
	*) echo "$1" ;;
	esac
}

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

# apt_dir SUITE prints where the suite's private index and packages are.
apt_dir() { echo "$gip_cache/apt/$1${deb_arch:+-$deb_arch}"; }

# apt_suite SUITE TOOL ARG... runs an apt tool on a private index of that suite,
# with no package installed.
apt_suite() {
	local d tool=$2
	d=$(apt_dir "$1")
	shift 2
	"$tool" -qq -o Dir::Etc::SourceList="$d/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State="$d" -o Dir::State::status="$d/status" -o Dir::Cache="$d" \
		${deb_arch:+-o APT::Architecture=$deb_arch -o APT::Architectures=$deb_arch} \
		-o APT::Sandbox::User=root -o APT::Install-Recommends=false \
		-o Acquire::Check-Valid-Until=false -o Acquire::Languages=none "$@"
}

# index SUITE fetches the suite's package index, once for each run of setup, and
# index SUITE-src that of the source packages.
index() {
	local suite=${1%-src} type=deb d m
	d=$(apt_dir "$1")
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
