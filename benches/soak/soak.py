#!/usr/bin/env python3
"""The full sizes beside the tests' small ones: seeds, exports, reads back, lets a slow reader meet fast writers, verifies.

    python3 benches/soak/soak.py --database sqlite:/tmp/soak.db
    python3 benches/soak/soak.py --database postgres://kyc:kyc@127.0.0.1/kyc --customers 50000

It talks to loopback only, is bounded in count and time, and stops what it started. Figures are for comparing two runs on one
machine; they are printed as JSON, a line a part. Python's standard library is all it takes.
"""
import argparse, csv, http.client, io, json, os, subprocess, sys, threading, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", default="target/release/kyc-stack")
parser.add_argument("--database", required=True, help="a database without a seed in it")
parser.add_argument("--customers", type=int, default=50_000)
parser.add_argument("--attempts", type=int, default=3, help="a customer")
parser.add_argument("--from", dest="day", default="2025-01-01")
parser.add_argument("--writers", type=int, default=4)
parser.add_argument("--seconds", type=int, default=20, help="of writing, with and without a slow reader")
options = parser.parse_args()
env = {"KYC_DATABASE_URL": options.database, "KYC_LISTEN": "127.0.0.1:0", "KYC_LOG": "info", "PATH": os.environ["PATH"]}


def say(part, **figures):
    print(json.dumps({"part": part, **figures}), flush=True)


def run(*arguments):
    begun = time.monotonic()
    done = subprocess.run([options.program, *arguments], env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{arguments[0]} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout, round(time.monotonic() - begun, 1)


def memory(pid, field):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith(field + ":"))


def forget_peak(pid):
    with open(f"/proc/{pid}/clear_refs", "w") as refs:
        refs.write("5")


class Server:
    def __enter__(self):
        self.process = subprocess.Popen([options.program, "serve"], env=env, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if "address=" in line:
                self.address = line.split("address=")[1].split()[0]
                break
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def graphql(self, connection, key, query, variables):
        body = json.dumps({"query": query, "variables": variables})
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        connection.request("POST", "/graphql", body, headers)
        answer = json.loads(connection.getresponse().read())
        if "errors" in answer:
            sys.exit(f"unexpected: {answer['errors'][:1]}")
        return answer["data"]

    def connect(self):
        return http.client.HTTPConnection(self.address, timeout=120)

    def report(self, key, to, pause=0.0, layout="wide"):
        """The report as it comes; with a pause after each piece, as a slow reader takes it."""
        connection = self.connect()
        path = f"/reports/kyc.csv?from={options.day}&to={to}&layout={layout}"
        begun = time.monotonic()
        connection.request("GET", path, headers={"Authorization": f"Bearer {key}"})
        response = connection.getresponse()
        if response.status != 200:
            sys.exit(f"the report answered {response.status}: {response.read(500)}")
        pieces, first = [], None
        while piece := response.read(64 * 1024 if pause else 1024 * 1024):
            first = first or time.monotonic() - begun
            pieces.append(piece)
            time.sleep(pause)
        return b"".join(pieces), first, time.monotonic() - begun


def write(server, key, steps, until, counts):
    connection, done, turn = server.connect(), 0, 0
    mutation = """mutation($input: StepUpdateStatusInput!) {
        stepUpdateStatus(input: $input) { step { version } userErrors { code } } }"""
    while time.monotonic() < until:
        step = steps[turn % len(steps)]
        status = ["IN_PROGRESS", "REQUIRES_ACTION"][(turn // len(steps)) % 2]
        given = {"stepId": step, "status": status}
        if status == "REQUIRES_ACTION":
            given |= {"reason": {"code": "OTHER", "message": "Soaking."}, "actionBy": "REVIEWER"}
        answer = server.graphql(connection, key, mutation, {"input": given})["stepUpdateStatus"]
        done += not answer["userErrors"]
        turn += 1
    counts.append(done)


def written(server, key, steps, reader=None):
    """Moves that the writers made in the time; a reader may be at work meanwhile."""
    until, counts = time.monotonic() + options.seconds, []
    threads = [
        threading.Thread(target=write, args=(server, key, steps[n :: options.writers], until, counts))
        for n in range(options.writers)
    ]
    if reader:
        threads.append(threading.Thread(target=reader))
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sum(counts)


def main():
    attempts = options.customers * options.attempts
    out, seconds = run(
        "seed", "--customers", str(options.customers), "--attempts-per-customer", str(options.attempts),
        "--open", "--from", options.day,
    )
    key = json.loads(out)["adminApiKey"]
    say("seed", attempts=attempts, seconds=seconds)
    to = f"{int(options.day[:4]) + 1}{options.day[4:]}"
    with Server() as server:
        say("idle", rss_mb=memory(server.pid, "VmRSS"))
        for layout in ("wide", "long"):
            forget_peak(server.pid)
            before = memory(server.pid, "VmRSS")
            body, first, seconds = server.report(key, to, layout=layout)
            rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
            widths = {len(row) for row in rows}
            wanted = attempts + 1 if layout == "wide" else None
            if len(widths) != 1 or (wanted and len(rows) != wanted):
                sys.exit(f"the report has {len(rows)} rows of {widths} cells")
            formulas = sum(1 for row in rows[1:] for cell in row if cell and cell[0] in "=+-@\t\r")
            if formulas:
                sys.exit(f"{formulas} cells would be taken for formulas")
            say(
                "report", layout=layout, rows=len(rows) - 1, mb=round(len(body) / 1e6, 1), formulas=formulas,
                first_byte_ms=round(first * 1000), seconds=round(seconds, 2), rows_per_second=round(len(rows) / seconds),
                rss_before_mb=before, rss_peak_mb=memory(server.pid, "VmHWM"),
            )
        query = """query($after: String) { attempts(first: 100, after: $after, filter: {state: [CREATED, IN_PROGRESS]}) {
            nodes { steps { id kind status } } pageInfo { endCursor hasNextPage } } }"""
        connection, steps, after = server.connect(), [], None
        while len(steps) < 400:
            page = server.graphql(connection, key, query, {"after": after})["attempts"]
            steps += [
                step["id"] for node in page["nodes"] for step in node["steps"][:1]
                if step["status"] in ("NOT_STARTED", "IN_PROGRESS", "REQUIRES_ACTION")
            ]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        alone = written(server, key, steps)
        slow = {}

        def reader():
            size = len(body) / (64 * 1024)
            _, _, slow["seconds"] = server.report(key, to, pause=options.seconds / size, layout="long")

        beside = written(server, key, steps, reader)
        say(
            "writers", alone=alone, beside_a_slow_reader=beside, ratio=round(beside / max(alone, 1), 2),
            reader_seconds=round(slow["seconds"], 1), rss_peak_mb=memory(server.pid, "VmHWM"),
        )
    out, seconds = run("verify")
    problems = json.loads(out)["problems"]
    say("verify", problems=len(problems), seconds=seconds)
    if problems:
        sys.exit(f"verify found {problems[:3]}")


main()
