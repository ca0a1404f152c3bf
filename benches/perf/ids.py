#!/usr/bin/env python3
"""Gets a load generator ready for a seeded server: writes the ids that requests are made of, and the dialect with the key in it.

  KYC_KEY=<the seed's adminApiKey> python3 benches/perf/ids.py http://127.0.0.1:8080 FOLDER

FOLDER gets ours.json, and one id a line: attempts.txt (open attempts that have a step to move), steps.txt (five lines for each of
them) and cursors.txt (the places in the list of customers after which a page of fifty is full). ours.json holds the key then:
FOLDER is no place in a repository.
"""
import json, os, pathlib, sys, urllib.request

ATTEMPTS = 12_000
HERE = pathlib.Path(__file__).parent


def main():
    origin, folder, key = sys.argv[1], pathlib.Path(sys.argv[2]), os.environ["KYC_KEY"]

    def ask(query, after):
        body = json.dumps({"query": query, "variables": {"after": after}}).encode()
        headers = {"content-type": "application/json", "authorization": f"Bearer {key}"}
        answer = json.load(urllib.request.urlopen(urllib.request.Request(f"{origin}/graphql", body, headers)))
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def pages(field, query):
        after = None
        while True:
            page = ask(query, after)[field]
            yield page
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return

    cursors = []
    query = "query($after: String) { customers(first: 100, after: $after) { edges { cursor } pageInfo { hasNextPage endCursor } } }"
    for page in pages("customers", query):
        cursors += [edge["cursor"] for edge in page["edges"]]

    attempts, steps = [], []
    query = """query($after: String) { attempts(first: 100, after: $after, filter: {state: [CREATED, IN_PROGRESS]}) {
      nodes { id steps { id status } } pageInfo { hasNextPage endCursor } } }"""
    for page in pages("attempts", query):
        for attempt in page["nodes"]:
            free = [step["id"] for step in attempt["steps"] if step["status"] in ("NOT_STARTED", "REQUIRES_ACTION")]
            if free:
                attempts.append(attempt["id"])
                steps += [free[n % len(free)] for n in range(5)]
        if len(attempts) >= ATTEMPTS:
            break

    folder.mkdir(parents=True, exist_ok=True)
    dialect = (HERE / "ours.json").read_text().replace("API_KEY", key).replace("127.0.0.1:8080", origin.split("//")[1])
    (folder / "ours.json").write_text(dialect)
    for name, ids in (("cursors", cursors[:-60]), ("attempts", attempts), ("steps", steps)):
        (folder / f"{name}.txt").write_text("\n".join(ids))
    print(f"{len(cursors)} customers, {len(attempts)} open attempts", file=sys.stderr)


if __name__ == "__main__":
    main()
