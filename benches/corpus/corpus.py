#!/usr/bin/env python3
"""Two servers over equal rows have to answer alike: sends random valid queries to both, and compares what comes back.

  KYC_KEYS="admin=KEY viewer=KEY stranger=KEY" python3 benches/corpus/corpus.py http://127.0.0.1:8081 http://127.0.0.1:8082
      [--documents 400] [--seed 1] [--schema schema.graphql]

Every document goes to both servers with every key; the first key's answers give the ids and cursors that later documents ask
for. Data has to be equal with its order, and so have the errors. A key whose name begins with `stranger` is another merchant's:
no id that only the first key has seen may be in what it gets. Prints the first differences, and counts; ends with 1 when there are
any. Queries only, never a mutation. Databases: seed one, make the keys, and copy it; what depends on the moment (an attempt
that runs out between the two answers) is not in a history of `seed --open`. Python's standard library is all it takes.
"""
import argparse, http.client, json, os, pathlib, random, re, sys, urllib.parse

import documents, schema

SHOWN = 5
ID = re.compile(r"\b[a-z]+_[0-9a-hjkmnp-tv-z]{26}\b")
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("servers", nargs=2)
parser.add_argument("--documents", type=int, default=400)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--schema", default=str(pathlib.Path(__file__).parents[2] / "schema.graphql"))
options = parser.parse_args()
KEYS = dict(each.split("=", 1) for each in os.environ["KYC_KEYS"].split())
CONNECTIONS = [http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=60) for url in options.servers]
# A sort's cursors are its own.
SORTS = {
    "attempts": [None, *({"field": field, "direction": way} for field in ("CREATED_AT", "UPDATED_AT", "EXPIRES_AT", "WAITING_SINCE") for way in ("ASC", "DESC"))],
    "customers": [None, *({"field": field, "direction": way} for field in ("CREATED_AT", "UPDATED_AT", "NAME") for way in ("ASC", "DESC"))],
}


def ask(connection, key, body):
    connection.request("POST", "/graphql", json.dumps(body), {"authorization": f"Bearer {key}", "content-type": "application/json"})
    response = connection.getresponse()
    return response.status, response.read().decode()


def in_order(text):
    """As JSON whose objects are lists of pairs: two of them are equal when their fields stand in the same order."""
    return json.loads(text, object_pairs_hook=lambda pairs: ["object", *map(list, pairs)])


def part(answer, name):
    return next((value for key, value in answer[1:] if key == name), None)


def learn(known, connection, key):
    """The first ids and cursors, some of each list in each order."""
    def cursors(place, query, variables=None):
        status, text = ask(connection, key, {"query": query, "variables": variables})
        assert status == 200 and '"errors"' not in text, text[:300]
        data = json.loads(text)["data"]
        known.learn(data)
        known.cursors.setdefault(place, []).extend(re.findall(r'"cursor":"([^"]+)"', text))

    for field, kind in (("attempts", "Attempt"), ("customers", "Customer")):
        for sort in SORTS[field]:
            fields = "cursor node { id %s }" % ("customer { id name reference } steps { id } holds(includeReleased: true) { id }" if field == "attempts" else "name reference")
            cursors(("Query", field, json.dumps(sort, sort_keys=True) if sort else ""), f"query($s: {kind}Sort) {{ {field}(first: 40, sort: $s) {{ edges {{ {fields} }} }} }}", {"s": sort})
    cursors(("Customer", "attempts", ""), "{ customers(first: 30) { nodes { attempts(first: 5) { edges { cursor } } } } }")
    cursors(("Attempt", "tracker", ""), "{ attempts(first: 10) { nodes { tracker(first: 9) { edges { cursor node { id } } } } } }")
    cursors(("Customer", "recentActivity", ""), "{ customers(first: 10) { nodes { recentActivity(first: 9) { edges { cursor } } } } }")
    cursors(("Query", "activity", ""), "{ activity(first: 60) { edges { cursor node { id } } } }")


def main():
    known, dice = documents.Known(), random.Random(options.seed)
    types = schema.read(open(options.schema).read())
    first = next(iter(KEYS.values()))
    learn(known, CONNECTIONS[0], first)
    own, strange = set(), set()
    counts = {name: {"equal": 0, "different": 0, "with errors": 0, "with data": 0, "bytes": 0} for name in KEYS}
    invalid = shown = 0
    for number in range(options.documents):
        made = documents.Document(types, known, dice)
        body = {"query": made.text, "variables": made.variables}
        if made.operation:
            body["operationName"] = made.operation
        for name, key in KEYS.items():
            answers = [ask(connection, key, body) for connection in CONNECTIONS]
            orders = [in_order(text) for _, text in answers]
            count = counts[name]
            parts = [(status, part(answer, "data"), part(answer, "errors")) for (status, _), answer in zip(answers, orders)]
            equal = parts[0] == parts[1]
            count["equal" if equal else "different"] += 1
            count["bytes"] += len(answers[0][1])
            count["with errors"] += parts[0][2] is not None
            count["with data"] += parts[0][1] is not None
            if key == first:
                known.learn(json.loads(answers[0][1]).get("data"))
                own |= set(ID.findall(answers[0][1]))
                invalid += "GRAPHQL_VALIDATION_FAILED" in answers[0][1] or "GRAPHQL_PARSE_FAILED" in answers[0][1]
            elif name.startswith("stranger"):
                strange |= set().union(*(ID.findall(json.dumps(data)) for _, data, _ in parts))
            if not equal and shown < SHOWN:
                shown += 1
                print(f"document {number} as {name}:\n{made.text}\n{json.dumps(made.variables)}")
                for server, (status, text) in zip(options.servers, answers):
                    print(f"  {server} {status} {text[:1500]}")
    print(f"seed {options.seed}: {options.documents} documents, {invalid} of them not valid")
    for name, count in counts.items():
        print(f"  {name}: " + ", ".join(f"{value} {what}" for what, value in count.items()))
    leaked = own & strange
    if leaked:
        print(f"  a stranger was given {len(leaked)} ids of the first key's, such as {sorted(leaked)[0]}")
    sys.exit(1 if leaked or any(count["different"] for count in counts.values()) else 0)


if __name__ == "__main__":
    main()
