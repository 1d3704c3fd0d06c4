package spacecmd

// The help texts, in our own words; %s is the name of the command.
const unshareUsage = `
Usage:
 %s [options] [<program> [<argument>...]]

Run a program in namespaces of its own.

Options:
 -m, --mount[=<file>]      mounts
 -u, --uts[=<file>]        names of the host
 -i, --ipc[=<file>]        System V IPC
 -n, --net[=<file>]        network
 -p, --pid[=<file>]        processes: the children of the program
 -U, --user[=<file>]       users
 -C, --cgroup[=<file>]     control groups
 -T, --time[=<file>]       clocks

 --mount-proc[=<dir>]      mount a new /proc (with --mount)
 --mount-binfmt[=<dir>]    refused
 -l, --load-interp <file>  refused
 --propagation slave|shared|private|unchanged
                           how mounts pass on
 -R, --root <dir>          root folder
 -w, --wd <dir>            working directory

 -S, --setuid <uid>        user of the program
 -G, --setgid <gid>        group of the program
 --map-user <uid>|<name>   who we are there (with --user)
 --map-group <gid>|<name>  our group there (with --user)
 -r, --map-root-user       we are root there (with --user)
 -c, --map-current-user    we are there who we are here (with --user)
 --map-auto                map the first range of /etc/subuid and /etc/subgid
 --map-subids              the same, each number to itself
 --map-users <inneruid>:<outeruid>:<count>
                           users from outeruid to inneruid (or auto, subids, all)
 --map-groups <innergid>:<outergid>:<count>
                           groups from outergid to innergid (or auto, subids, all)
 --owner <uid>:<gid>       whose the namespace of users is

 -f, --fork                run the program as a child
 --kill-child[=<signame>]  let it end with us, by SIGKILL or that signal
 --forward-signals         pass SIGTERM and SIGINT on to it

 --setgroups allow|deny    whether groups may be set there
 --keep-caps               keep the capabilities

 --monotonic <offset>      seconds to add to the clock since the boot
 --boottime <offset>       the same, with the time of suspension

 -h, --help                show this
 -V, --version             show the version

For more details see unshare(1).
`

const nsenterUsage = `
Usage:
 %s [options] [<program> [<argument>...]]

Run a program in the namespaces of another process.

Options:
 -a, --all                     all kinds of namespace
 -t, --target <PID>            the process
 -m, --mount[=<file>|=:<nsid>] mounts
 -u, --uts[=<file>|=:<nsid>]   names of the host
 -i, --ipc[=<file>|=:<nsid>]   System V IPC
 -n, --net[=<file>|=:<nsid>]   network
 -N, --net-socket <fd>         network, of a socket of the process
 -p, --pid[=<file>|=:<nsid>]   processes
 -C, --cgroup[=<file>|=:<nsid>]  control groups
 -U, --user[=<file>|=:<nsid>]  users
     --user-parent             the parent of that of users
 -T, --time[=<file>|=:<nsid>]  clocks
 -S, --setuid[=<uid>]          user of the program; follow is that of the process
 -G, --setgid[=<gid>]          group of the program; follow is that of the process
     --preserve-credentials    leave user and group alone
     --keep-caps               keep the capabilities
 -r, --root[=<dir>]            root folder
 -w, --wd[=<dir>]              working directory
 -W, --wdns <dir>              working directory, as it is called there
 -e, --env                     the environment of the process
 -F, --no-fork                 do not run the program as a child
 -c, --join-cgroup             join the control group of the process
 -Z, --follow-context          refused

 -h, --help                    show this
 -V, --version                 show the version

For more details see nsenter(1).
`

const lsnsUsage = `
Usage:
 %s [options] [<namespace ID>]

List namespaces, or the processes of one.

Options:
 -J, --json             JSON
 -l, --list             no tree
 -n, --noheadings       no header
 -o, --output <list>    columns; behind + further ones
     --output-all       all columns
 -P, --persistent       only namespaces without processes
 -p, --task <pid>       only those of a process
 -Q, --filter <expr>    refused
 -r, --raw              values without blanks, and nothing to fill columns
 -u, --notruncate       do not cut values
 -W, --nowrap           one line for each
 -t, --type <name>      only this kind (mnt, net, ipc, user, pid, uts, cgroup, time)
 -T, --tree[=<rel>]     a tree (parent, owner or process)

 -H, --list-columns     show which columns there are
 -h, --help             show this
 -V, --version          show the version

For more details see lsns(8).
`
