# What gip's words may be, for fish: gip itself knows.
function __gip_complete
    gip --complete (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c gip -f -a '(__gip_complete)'
