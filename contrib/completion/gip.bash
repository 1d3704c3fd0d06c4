# What gip's words may be, for bash: gip itself knows. The line is split at blanks,
# not at COMP_WORDBREAKS, which has the colons of addresses.
_gip() {
	local -a words
	read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
	[[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
	local typed=${words[-1]}
	mapfile -t COMPREPLY < <(gip --complete "${words[@]}" 2>/dev/null)
	# A name that ends in a separator goes on, as net.ipv4. does.
	[[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} == *[./] ]] && compopt -o nospace 2>/dev/null
	# bash replaces only what stands behind the last colon.
	[[ $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${typed%"${typed##*:}"}"}")
}
complete -o default -F _gip gip
