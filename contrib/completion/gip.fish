# What gip's words may be, for fish: gip itself knows. Where it has none, a file may stand.
function __gip_complete
    set -l answers (gip --complete (commandline -opc) (commandline -ct) 2>/dev/null)
    if set -q answers[1]
        printf '%s\n' $answers
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c gip -f -a '(__gip_complete)'
