"""Random valid documents: nested selections, fragments, aliases, literals and variables, directives, several operations."""
import json

DEPTH = 5
# What is different for two servers with equal rows, or at two moments.
LEFT_OUT = {("ApiKey", "lastUsedAt"), ("Member", "lastSeenAt")}
ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Asia/Kathmandu", "Nowhere/Nothing"]


class Known:
    """What earlier answers told: ids by their prefix, cursors by the list and its sort, words to look for."""

    def __init__(self):
        self.ids, self.cursors, self.words, self.references = {}, {}, ["a", "-"], ["nothing"]

    def learn(self, value):
        if isinstance(value, dict):
            for key, each in value.items():
                if isinstance(each, str) and "_" in each and key.endswith(("id", "Id")) and len(self.ids.setdefault(each.split("_")[0], [])) < 500:
                    self.ids[each.split("_")[0]].append(each)
                if key == "name" and isinstance(each, str):
                    self.words = (self.words + [each, *each.split(), each[:2]])[-400:]
                if key == "reference" and isinstance(each, str):
                    self.references = (self.references + [each])[-400:]
                self.learn(each)
        elif isinstance(value, list):
            for each in value:
                self.learn(each)


class Document:
    """One document. `text`, `variables` and `operation` are what is sent."""

    def __init__(self, types, known, dice):
        self.types, self.known, self.dice = types, known, dice
        self.variables, self.declared, self.fragments, self.names, self.size = {}, [], {}, 0, 0
        # In the order of their parents, so that it ends: a fragment is used only where it was made.
        body = self.selection("Query", DEPTH, False)
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        name = "Asked" if self.dice.random() < 0.5 else ""
        several = name and self.dice.random() < 0.4
        parts = [f"query {name}{declared} {body}", *self.fragments.values()]
        if several:
            parts.append("query Other { viewer { kind } }")
        self.dice.shuffle(parts)
        self.text, self.operation = "\n".join(parts), name if several else None

    def chance(self, part):
        return self.dice.random() < part

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def selection(self, name, depth, aliased):
        """A selection set of a type. `aliased`: another type may stand beside it, whose fields must not be called the same."""
        type = self.types[name]
        wanted = self.dice.randint(1, 3 if name == "Query" else 6)
        parts = ["__typename"] if self.chance(0.25) or type.kind == "union" else []
        fields = [field for field in type.fields.values() if (name, field.name) not in LEFT_OUT]
        leaves = [field for field in fields if not self.is_object(field)]
        for _ in range(wanted):
            some = fields if depth > 0 and self.size < 60 else leaves
            if some:
                parts.append(self.field(name, self.dice.choice(some), depth, aliased))
        if type.kind in ("interface", "union"):
            for each in self.dice.sample(type.words, min(len(type.words), self.dice.randint(1, 3))):
                parts.append(self.directive(f"... on {each}") + " " + self.selection(each, depth - 1, True))
        elif self.chance(0.2) and depth > 0:
            parts.append(self.directive(self.dice.choice(["...", f"... on {name}"])) + " " + self.selection(name, depth - 1, aliased))
        elif self.chance(0.2) and depth > 0:
            fragment = self.name("F")
            self.fragments[fragment] = f"fragment {fragment} on {name} {self.selection(name, depth - 1, aliased)}"
            parts += [self.directive(f"...{fragment}")] * self.dice.randint(1, 2)
        if not parts:
            parts = ["__typename"]
        self.dice.shuffle(parts)
        return "{ " + " ".join(parts) + " }"

    def is_object(self, field):
        return self.types[field.named].kind in ("type", "interface", "union") if field.named in self.types else False

    def field(self, parent, field, depth, aliased):
        self.size += 1
        given = self.arguments(parent, field)
        # Two that are called the same have to be the same: what differs gets a name of its own.
        alias = f"{self.name('a')}: " if given or (aliased and field.name != "id") or self.chance(0.15) else ""
        text = self.directive(f"{alias}{field.name}{given}")
        return f"{text} {self.selection(field.named, depth - 1, aliased)}" if self.is_object(field) else text

    def directive(self, text):
        if self.chance(0.9):
            return text
        value = self.written("Boolean!", self.chance(0.6))
        return f"{text} @{self.dice.choice(['include', 'skip'])}(if: {value})"

    def arguments(self, parent, field):
        given = {}
        for name, type in field.args:
            if type.endswith("!") or self.chance(0.35):
                given[name] = (type, self.value(name, type, field.name))
        if "first" in given and "last" in given and self.chance(0.95):
            del given[self.dice.choice(["first", "last"])]
        if (parent, field.name) == ("Query", "customer") and len(given) != 1 and self.chance(0.95):
            given = {"reference": ("String", self.value("reference", "String", ""))}
        if {"from", "to"} <= given.keys() and self.chance(0.95):
            first, last = sorted((given["from"][1], given["to"][1]))
            given |= {"from": ("Date!", first), "to": ("Date!", last)}
        sort = json.dumps(given["sort"][1], sort_keys=True) if "sort" in given else ""
        for name in {"after", "before"} & given.keys():
            places = self.known.cursors.get((parent, field.name, sort)) or [place for some in self.known.cursors.values() for place in some]
            given[name] = (given[name][0], self.dice.choice(places or ["nothing"]))
        text = ", ".join(f"{name}: {self.written(type, value)}" for name, (type, value) in given.items())
        return f"({text})" if text else ""

    def value(self, name, type, field):
        """A value as JSON of a type."""
        if type.endswith("!"):
            type = type[:-1]
        elif self.chance(0.03):
            return None
        if type.startswith("["):
            return [self.value(name, type[1:-1], field) for _ in range(self.dice.randint(0, 3))]
        if type == "Int":
            return self.dice.choice([1, 1, 2, 2, 3, 3, 4, 5, 7, 20]) if self.chance(0.98) else self.dice.choice([0, -1, 101])
        if type == "Boolean":
            return self.chance(0.5)
        if type == "ID":
            wanted = {"customerId": "customer", "attemptId": "attempt"}.get(name, field)
            ids = self.known.ids.get(wanted) if self.chance(0.9) else None
            return self.dice.choice(ids or [each for some in self.known.ids.values() for each in some] or ["nothing"])
        if type in ("Date", "DateTime"):
            day = f"2025-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02}"
            return day if type == "Date" else day + self.dice.choice(["T00:00:00Z", "T05:30:00+05:30", "T12:34:56.789Z"])
        if type == "String":
            words = {"timeZone": ZONES, "search": self.known.words, "reference": self.known.references, "customerReference": self.known.references}
            return self.dice.choice(words.get(name, ["x"]))
        of = self.types.get(type)
        if of is None or of.kind == "scalar":
            return "x"
        if of.kind == "enum":
            return Word(self.dice.choice(of.words))
        chosen = [each for each in of.fields.values() if each.type.endswith("!") or self.chance(0.18)]
        return {each.name: self.value(each.name, each.type, "") for each in chosen}

    def written(self, type, value):
        """A value in the document: as a literal or as a variable."""
        if self.chance(0.5):
            variable = self.name("v")
            self.declared.append(f"${variable}: {type}")
            self.variables[variable] = value
            return f"${variable}"
        return literal(value)


class Word(str):
    """A word of an enum: bare in a document, text in JSON."""


def literal(value):
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)
