package topo

import (
	"os/exec"
	"strings"
	"testing"

	"gip/compat_test/emulated"
)

// validator checks the documents of the list on its standard input against the schema, in
// which each object is closed first: a member without a description is a fault.
const validator = `
import json, sys, jsonschema
schema = json.load(open("../docs/topo.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
def close(x):
    if isinstance(x, dict):
        if "additionalProperties" in x: x["additionalProperties"] = False
        for v in x.values(): close(v)
close(schema)
check = jsonschema.Draft202012Validator(schema)
for document in json.load(sys.stdin):
    for e in check.iter_errors(document): print(e.json_path, e.message)
`

// validate returns what a validator of JSON schemas has against documents.
func validate(t *testing.T, documents ...string) string {
	t.Helper()
	emulated.Skip(t)
	if exec.Command("python3", "-c", "import jsonschema").Run() != nil {
		t.Skip("no validator: python3-jsonschema is not there")
	}
	cmd := exec.Command("python3", "-c", validator)
	cmd.Stdin = strings.NewReader("[" + strings.Join(documents, ",") + "]")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

func TestSchema(t *testing.T) {
	if out := validate(t, sample().JSON()); out != "" {
		t.Error(out)
	}
	var documents []string
	for _, g := range oddGraphs(100) {
		documents = append(documents, g.JSON())
	}
	if out := validate(t, documents...); out != "" {
		t.Error("odd names: ", out)
	}
	if out := validate(t, `{"version": 1, "edges": [{"type": "magic", "a": {}, "b": {}, "c": 1}]}`); strings.Count(out, "\n") != 2 {
		t.Error("faults that it finds: ", out)
	}
}
