"""Prints what rustdoc's JSON (format 57) says is public: one line an item, with its signature, sorted."""

import json
import sys

FORMAT = 57
with open(sys.argv[1], encoding="utf-8") as file:
    crate = json.load(file)
if crate["format_version"] != FORMAT:
    print(f"format {crate['format_version']}, known is {FORMAT}", file=sys.stderr)
    sys.exit(77)
INDEX = crate["index"]


def kind(item):
    return next(iter(item["inner"].items()))


def arguments(args):
    if not args:
        return ""
    if "parenthesized" in args:
        call = args["parenthesized"]
        return f"({', '.join(map(type_of, call['inputs']))})" + output(call["output"])
    args = args["angle_bracketed"]
    parts = [one_argument(a) for a in args["args"]]
    for constraint in args["constraints"]:
        (how, what), = constraint["binding"].items()
        equal = what.get("type") or what if how == "equality" else None
        parts.append(constraint["name"] + (f" = {type_of(equal)}" if equal else f": {bounds(what)}"))
    return f"<{', '.join(parts)}>" if parts else ""


def one_argument(argument):
    if argument == "infer":
        return "_"
    (name, what), = argument.items()
    return {"lifetime": lambda: what, "type": lambda: type_of(what), "const": lambda: what["expr"]}[name]()


def bounds(list_of):
    return " + ".join(map(bound, list_of))


def bound(what):
    (name, what), = what.items()
    if name == "trait_bound":
        marker = {"none": "", "maybe": "?", "maybe_const": "~const "}[what["modifier"]]
        return marker + path_of(what["trait"])
    return what if name == "outlives" else f"use<{', '.join(next(iter(a.values())) for a in what)}>"


def path_of(what):
    return what["path"].split("::")[-1] + arguments(what["args"])


def output(what):
    return f" -> {type_of(what)}" if what else ""


def type_of(what):
    (name, what), = what.items()
    if name == "resolved_path":
        return path_of(what)
    if name in ("generic", "primitive"):
        return what
    if name == "tuple":
        return f"({', '.join(map(type_of, what))})"
    if name == "slice":
        return f"[{type_of(what)}]"
    if name == "array":
        return f"[{type_of(what['type'])}; {what['len']}]"
    if name == "borrowed_ref":
        lifetime = f"{what['lifetime']} " if what["lifetime"] else ""
        return f"&{lifetime}{'mut ' if what['is_mutable'] else ''}{type_of(what['type'])}"
    if name == "impl_trait":
        return f"impl {bounds(what)}"
    if name == "dyn_trait":
        traits = [path_of(t["trait"]) for t in what["traits"]] + [what["lifetime"]]
        return f"dyn {' + '.join(t for t in traits if t)}"
    if name == "qualified_path":
        trait = f" as {path_of(what['trait'])}" if what["trait"] and what["trait"]["path"] else ""
        return f"<{type_of(what['self_type'])}{trait}>::{what['name']}"
    if name == "function_pointer":
        return signature("fn", what["sig"], None)
    sys.exit(f"a type that this script does not know: {name}")


def generics(what):
    """The parameters, and what is said of them after `where`."""
    parameters = []
    for parameter in what["params"]:
        (name, how), = parameter["kind"].items()
        if name == "type" and how["is_synthetic"]:
            continue
        of = bounds(how["bounds"]) if name == "type" else ""
        if name == "const":
            of = type_of(how["type"])
        prefix = "const " if name == "const" else ""
        parameters.append(prefix + parameter["name"] + (f": {of}" if of else ""))
    conditions = []
    for predicate in what["where_predicates"]:
        (name, how), = predicate.items()
        if name == "bound_predicate":
            conditions.append(f"{type_of(how['type'])}: {bounds(how['bounds'])}")
        else:
            conditions.append(json.dumps(how, sort_keys=True))
    return (
        f"<{', '.join(parameters)}>" if parameters else "",
        f" where {', '.join(conditions)}" if conditions else "",
    )


def signature(name, sig, of):
    before, after = generics(of) if of else ("", "")
    inputs = ", ".join(one if one == "_" else f"{one}: {type_of(t)}" for one, t in sig["inputs"])
    inputs = inputs.replace("self: &mut Self", "&mut self").replace("self: &Self", "&self")
    inputs = inputs.replace("self: Self", "self")
    return f"{name}{before}({inputs}){output(sig['output'])}{after}"


def function(path, what):
    header = "const " if what["header"]["is_const"] else ""
    return f"{header}fn " + signature(path, what["sig"], what["generics"])


lines, homes, traits = set(), {}, {}


def add(line, item):
    notes = [a for a in item["attrs"] if isinstance(a, str) and a in ("non_exhaustive",)]
    notes += [next(iter(a)) for a in item["attrs"] if isinstance(a, dict) and "must_use" in a]
    lines.add(line + "".join(f" #[{n}]" for n in notes))


def visit(identity, path):
    """Notes every path of an item; members are listed once, under the shortest."""
    item = INDEX.get(str(identity))
    if item is None:
        lines.add(f"use {path} of another crate")
        return
    name, what = kind(item)
    if name == "use":
        if what["is_glob"]:
            for inner in kind(INDEX[str(what["id"])])[1]["items"]:
                visit_public(inner, path)
        else:
            visit(what["id"], f"{path}::{what['name']}")
        return
    own = path if path.endswith("::" + (item["name"] or "")) else f"{path}::{item['name']}"
    homes.setdefault(identity, set()).add(own)
    if name == "module":
        lines.add(f"mod {own}")
        for inner in what["items"]:
            visit_public(inner, own)


def visit_public(identity, path):
    item = INDEX[str(identity)]
    if item["visibility"] == "public":
        visit(identity, path if kind(item)[0] == "use" else f"{path}::{item['name']}")


def shape(what):
    """The public fields of a struct or a variant."""
    if not isinstance(what, dict):
        return ""
    (name, how), = what.items()
    items = [INDEX[str(i)] for i in (how if name == "tuple" else how["fields"]) if i is not None]
    if name == "tuple":
        return f"({', '.join(type_of(kind(item)[1]) for item in items)})" if items else ""
    fields = [f"{item['name']}: {type_of(kind(item)[1])}" for item in items]
    return f" {{ {', '.join(fields)} }}" if fields else ""


def members(path, item):
    name, what = kind(item)
    if name in ("struct", "enum", "trait"):
        before, after = generics(what["generics"])
        above = f": {bounds(what['bounds'])}" if name == "trait" and what["bounds"] else ""
        public = shape(what["kind"]) if name == "struct" else ""
        add(f"{name} {path}{before}{above}{after}{public}", item)
    if name == "enum":
        for number in what["variants"]:
            variant = INDEX[str(number)]
            add(f"variant {path}::{variant['name']}{shape(kind(variant)[1]['kind'])}", variant)
    elif name == "trait":
        for number in what["items"]:
            member(path, INDEX[str(number)], provided=True)
    elif name != "struct":
        member(path.rsplit("::", 1)[0], item)
    for number in what.get("impls", []) if name in ("struct", "enum") else []:
        implementation(path, kind(INDEX[str(number)])[1])


def member(path, item, provided=False):
    name, what = kind(item)
    own = f"{path}::{item['name']}"
    if name == "function":
        body = " {..}" if provided and what["has_body"] else ""
        add(function(own, what) + body, item)
    elif name in ("constant", "assoc_const"):
        add(f"const {own}: {type_of(what['type'])}", item)
    elif name == "assoc_type":
        add(f"type {own}" + (f" = {type_of(what['type'])}" if what["type"] else ""), item)
    elif name == "type_alias":
        add(f"type {own} = {type_of(what['type'])}", item)
    else:
        sys.exit(f"an item that this script does not know: {name} {own}")


def implementation(path, what):
    if what["blanket_impl"] or what["is_negative"]:
        return
    trait = what["trait"]
    if trait is None:
        for number in what["items"]:
            item = INDEX[str(number)]
            if item["visibility"] == "public":
                member(path, item)
    elif not what["is_synthetic"] or trait["path"].split("::")[-1] in ("Send", "Sync"):
        if not trait["path"].startswith("Structural"):
            before, after = generics(what["generics"])
            traits.setdefault(path, set()).add(f"{before} {path_of(trait)}{after}".strip())


for number in kind(INDEX[str(crate["root"])])[1]["items"]:
    visit_public(number, "peergrade")
for identity, paths in homes.items():
    shortest, *others = sorted(paths, key=lambda p: (p.count("::"), p))
    item = INDEX[str(identity)]
    if kind(item)[0] != "module":
        members(shortest, item)
    for other in others:
        lines.add(f"use {other} = {shortest}")
for path, implemented in traits.items():
    lines.add(f"impl {path}: {', '.join(sorted(implemented))}")
print("\n".join(sorted(lines)))
