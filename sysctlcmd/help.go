package sysctlcmd

const usage = `
Usage:
 sysctl [options] [variable[=value] ...]

Options:
  -a, --all            show all variables
  -A                   the same
  -X                   the same
      --deprecated     with -a, the deprecated ones too
      --dry-run        show what would be set, and set nothing
  -b, --binary         show values without a newline
  -e, --ignore         pass over unknown variables
  -N, --names          show names only
  -n, --values         show values only
  -p, --load[=<file>]  set what a file says
  -f                   the same
      --system         set what the files of all system folders say
  -r, --pattern <expression>
                       only variables that match the expression
  -q, --quiet          set without showing
  -w, --write          all arguments are settings
  -o                   has no effect
  -x                   has no effect
  -d                   show this

 -h, --help            show this
 -V, --version         show the version
`
