// Its own module: reading YAML is no business of gip's go.mod.
module gip/contrib/clab2lab

go 1.26.0

require go.yaml.in/yaml/v3 v3.0.4
