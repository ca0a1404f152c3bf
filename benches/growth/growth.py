#!/usr/bin/env python3
"""What a request costs at a merchant of some size: every list, filter, sort, search and count of the contract, one at a time.

  KYC_KEY=<the seed's adminApiKey> python3 benches/growth/growth.py http://127.0.0.1:8080 [--times 15] [--only WORD]
      [--server PID] [--database NAME]

Prints a Markdown table: the rows that came, the median of the milliseconds that the client waited, and with --server the
milliseconds of CPU a request took in that process and, with --database, in the PostgreSQL backends of that database (on this
machine; compare these, a neighbour changes them less). Variables are random, the same at every run. The history has to lie in
2025, as `seed --from 2025-01-01` writes it. Reads only; Python's standard library is all it takes.
"""
import argparse, glob, http.client, json, os, random, statistics, sys, time, urllib.parse

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("url")
parser.add_argument("--times", type=int, default=15, help="requests of each document, after two that are not counted")
parser.add_argument("--only", default="", help="documents whose name has this in it")
parser.add_argument("--server", type=int, help="the server's process id")
parser.add_argument("--database", help="the PostgreSQL database that it has opened")
options = parser.parse_args()
KEY, DICE = os.environ["KYC_KEY"], random.Random(7)
CONNECTION = http.client.HTTPConnection(urllib.parse.urlsplit(options.url).netloc, timeout=120)

ATTEMPT = "id number state waitingOn waitingSince createdAt customer { id name }"
PAGE = "nodes { %s } pageInfo { hasNextPage endCursor }" % ATTEMPT
LIST = "query($f: AttemptFilter, $s: AttemptSort, $a: String) { attempts(first: 50, after: $a, filter: $f, sort: $s) { %s } }"
CUSTOMERS = """query($f: CustomerFilter, $a: String, $s: CustomerSort) { customers(first: 50, after: $a, filter: $f, sort: $s) {
  nodes { id name %s } pageInfo { hasNextPage endCursor } } }"""
NESTED = "attempts(first: 3) { nodes { id state steps { kind status } } }"
SUMMARY = "query($from: Date!, $to: Date!) { summary(from: $from, to: $to) { %s } }"
YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
STATES, COUNTS = "attemptsByState { state count }", "kind reached dropped notStarted inProgress completed failed requiresAction"
SORTS = ["CREATED_AT", "UPDATED_AT", "EXPIRES_AT", "WAITING_SINCE"]


def ask(query, variables):
    body = json.dumps({"query": query, "variables": variables})
    CONNECTION.request("POST", "/graphql", body, {"authorization": f"Bearer {KEY}", "content-type": "application/json"})
    answer = json.loads(CONNECTION.getresponse().read())
    if "errors" in answer:
        sys.exit(f"{query}\n{variables}\n{answer['errors'][0]['message']}")
    return answer["data"]


def day():
    return f"2025-{1 + DICE.randrange(12):02}-{1 + DICE.randrange(28):02}"


def month():
    number = 1 + DICE.randrange(12)
    return {"from": f"2025-{number:02}-01", "to": f"2025-{number:02}-28"}


def created():
    days = month()
    return {"createdFrom": days["from"] + "T00:00:00Z", "createdTo": days["to"] + "T00:00:00Z"}


def deep(sort=None):
    """A place far down a list: the attempt of a random day, in that order. Cursors belong to a sort, not to a filter."""
    variables = {"f": {"createdTo": day() + "T12:00:00Z"}, "s": sort and {"field": sort[0], "direction": sort[1]}}
    page = ask(LIST.replace("first: 50", "first: 1") % PAGE, variables)["attempts"]
    return page["pageInfo"]["endCursor"]


def deep_customer():
    variables = {"f": {"createdTo": day() + "T12:00:00Z"}}
    return ask(CUSTOMERS.replace("first: 50", "first: 1") % "", variables)["customers"]["pageInfo"]["endCursor"]


def documents():
    some = [ask(LIST % PAGE, {"f": {"createdTo": day() + "T00:00:00Z"}})["attempts"]["nodes"] for _ in range(8)]
    some = [node for page in some for node in page]
    attempt = lambda: DICE.choice(some)
    word = lambda: DICE.choice(attempt()["customer"]["name"].split())
    one = "query($id: ID!) { attempt(id: $id) { id state tracker(first: 50) { nodes { type at summary } } } }"
    yield "attempts", LIST % PAGE, lambda: {}
    yield "attempts, deep", LIST % PAGE, lambda places=[deep() for _ in range(9)]: {"a": DICE.choice(places)}
    for field in SORTS:
        for direction in ("ASC", "DESC"):
            sort = {"field": field, "direction": direction}
            yield f"sort {field} {direction}", LIST % PAGE, lambda s=sort: {"s": s}
            places = [deep((field, direction)) for _ in range(5)]
            yield f"sort {field} {direction}, deep", LIST % PAGE, lambda s=sort, p=places: {"s": s, "a": DICE.choice(p)}
    filters = [
        *((f"state {state}", {"state": [state]}) for state in ("CREATED", "IN_PROGRESS", "COMPLETED", "REJECTED", "EXPIRED")),
        ("two states", {"state": ["REJECTED", "EXPIRED"]}),
        *((f"waitingOn {party}", {"waitingOn": party}) for party in ("CUSTOMER", "PROVIDER", "REVIEWER")),
        ("needs REVIEWER", {"needs": ["REVIEWER"]}),
        ("onHold", {"onHold": True}),
        ("not onHold", {"onHold": False}),
        ("stepStatus FAILED", {"stepStatus": ["FAILED"]}),
        ("stepStatus COMPLETED", {"stepStatus": ["COMPLETED"]}),
        ("stepKind PAN, REQUIRES_ACTION", {"stepKind": "PAN", "stepStatus": ["REQUIRES_ACTION"]}),
        ("expiryReason NEVER_OPENED", {"expiryReason": ["NEVER_OPENED"]}),
    ]
    for name, only in filters:
        yield f"filter {name}", LIST % PAGE, lambda f=only: {"f": f}
    yield "filter a month", LIST % PAGE, lambda: {"f": created()}
    yield "filter a month, REJECTED", LIST % PAGE, lambda: {"f": created() | {"state": ["REJECTED"]}}
    yield "filter ended in a month", LIST % PAGE, lambda: {"f": {key.replace("created", "ended"): value for key, value in created().items()}}
    yield "filter a customer", LIST % PAGE, lambda: {"f": {"customerId": attempt()["customer"]["id"]}}
    for field in SORTS[1:]:
        sort = {"field": field, "direction": "ASC"}
        yield f"needs REVIEWER by {field}", LIST % PAGE, lambda s=sort: {"f": {"needs": ["REVIEWER"]}, "s": s}
    yield "search attempts, a word", LIST % PAGE, lambda: {"f": {"search": word()}}
    yield "search attempts, a name", LIST % PAGE, lambda: {"f": {"search": attempt()["customer"]["name"]}}
    yield "search customers, a letter", CUSTOMERS % "", lambda: {"f": {"search": word()[0]}}
    yield "search customers, a word", CUSTOMERS % "", lambda: {"f": {"search": word()}}
    yield "search customers, a name", CUSTOMERS % "", lambda: {"f": {"search": attempt()["customer"]["name"]}}
    yield "search customers, a reference", CUSTOMERS % "", lambda: {"f": {"search": f"CUS-{DICE.randrange(300):06}"}}
    yield "customers, nested", CUSTOMERS % NESTED, lambda: {}
    places = [deep_customer() for _ in range(9)]
    yield "customers, nested, deep", CUSTOMERS % NESTED, lambda: {"a": DICE.choice(places)}
    for field in ("UPDATED_AT", "NAME"):
        yield f"customers by {field}", CUSTOMERS % "", lambda f=field: {"s": {"field": f, "direction": "ASC"}}
    yield "customers in a state", CUSTOMERS % "kycState", lambda: {"f": {"state": ["REJECTED", "IN_PROGRESS"]}}
    yield "tracker", one, lambda: {"id": attempt()["id"]}
    for name, only in (("all", None), ("COMPLETED", {"state": ["COMPLETED"]}), ("onHold", {"onHold": True}), ("FAILED steps", {"stepStatus": ["FAILED"]})):
        yield f"totalCount, {name}", LIST % "totalCount", lambda f=only: {"f": f}
    yield "totalCount, a month", LIST % "totalCount", lambda: {"f": created()}
    yield "totalCount, a word", LIST % "totalCount", lambda: {"f": {"search": word()}}
    parts = {
        "states": STATES,
        "days": "byDay { date state count }",
        "funnel": "funnel { %s }" % COUNTS,
        "funnel with medians": "funnel { %s medianSeconds }" % COUNTS,
        "median": "medianSecondsToComplete",
        "oldest": "oldestWaitingOnReviewer { id }",
    }
    parts["all"] = f"{STATES} {parts['days']} {parts['funnel with medians']} {parts['median']} {parts['oldest']}"
    for name, fields in parts.items():
        yield f"summary of a year, {name}", SUMMARY % fields, lambda: YEAR
    yield "summary of a month, all", SUMMARY % parts["all"], month


def rows(value):
    """How many objects the lists of an answer hold."""
    if isinstance(value, list):
        return sum(1 + rows(each) for each in value)
    return sum(map(rows, value.values())) if isinstance(value, dict) else 0


def cpu():
    """Nanoseconds of the server, and of the backends of its database."""
    def spent(pid):
        try:
            return sum(int(open(path).read().split()[0]) for path in glob.glob(f"/proc/{pid}/task/*/schedstat"))
        except OSError:
            return 0

    def title(pid):
        try:
            return open(f"/proc/{pid}/cmdline").read()
        except OSError:
            return ""

    pids = [path.split("/")[2] for path in glob.glob("/proc/[0-9]*/cmdline")] if options.database else []
    own = [pid for pid in pids if title(pid).startswith("postgres: ") and f" {options.database} " in title(pid)]
    return (spent(options.server) if options.server else 0), sum(map(spent, own))


def main():
    print("| | rows | ms | server CPU ms | PostgreSQL CPU ms |\n|---|---|---|---|---|")
    for name, query, variables in documents():
        if options.only not in name:
            continue
        ask(query, variables()), ask(query, variables())
        taken, found, before = [], [], cpu()
        for _ in range(options.times):
            asked = variables()
            begun = time.perf_counter()
            answer = ask(query, asked)
            taken.append((time.perf_counter() - begun) * 1000)
            found.append(rows(answer))
        server, database = ((after - old) / 1e6 / options.times for after, old in zip(cpu(), before))
        print(f"| {name} | {statistics.median(found):.0f} | {statistics.median(taken):.2f} | {server:.2f} | {database:.2f} |", flush=True)


if __name__ == "__main__":
    main()
