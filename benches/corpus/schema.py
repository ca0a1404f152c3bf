"""Reads an SDL, as much of it as schema.graphql has: types with fields and arguments, unions, enums, inputs."""
import re

TOKEN = re.compile(r'"""(?:.|\n)*?"""|"[^"\n]*"|#[^\n]*|[A-Za-z_]\w*|[][{}()!:=|@&,]')


class Type:
    def __init__(self, kind, name):
        self.kind, self.name, self.fields, self.words, self.parents = kind, name, {}, [], []


class Field:
    """`type` is text, as in `[Step!]!`; `args` are (name, type)."""

    def __init__(self, name, args, type):
        self.name, self.args, self.type = name, args, type
        self.named = type.strip("[]!")


def read(text):
    """Types by name. A union's and an interface's `words` are what it may be."""
    tokens = [token for token in TOKEN.findall(text) if token[0] not in '"#,']
    types, at = {}, 0

    def written():
        nonlocal at
        begin = at
        while tokens[at] == "[":
            at += 1
        at += 1
        while tokens[at] in "]!":
            at += 1
        return "".join(tokens[begin:at])

    def directives():
        nonlocal at
        while tokens[at] == "@":
            at += 2
            if tokens[at] == "(":
                at = tokens.index(")", at) + 1

    while at < len(tokens):
        kind = tokens[at]
        if kind in ("type", "interface", "input", "enum", "scalar", "union"):
            new = types[tokens[at + 1]] = Type(kind, tokens[at + 1])
            at += 2
            if kind == "type" and tokens[at] == "implements":
                while tokens[at] != "{":
                    new.parents += [tokens[at]] if tokens[at] not in ("implements", "&") else []
                    at += 1
            if kind == "union":
                while at < len(tokens) and tokens[at] in "=|":
                    new.words.append(tokens[at + 1])
                    at += 2
                continue
            if kind == "scalar":
                continue
            at += 1
            while tokens[at] != "}":
                if kind == "enum":
                    new.words.append(tokens[at])
                    at += 1
                    continue
                name, args = tokens[at], []
                at += 1
                if tokens[at] == "(":
                    at += 1
                    while tokens[at] != ")":
                        arg = tokens[at]
                        at += 2
                        args.append((arg, written()))
                        directives()
                    at += 1
                at += 1
                new.fields[name] = Field(name, args, written())
                directives()
            at += 1
        else:
            at += 1
    for type in types.values():
        for parent in type.parents:
            types[parent].words.append(type.name)
    return types
