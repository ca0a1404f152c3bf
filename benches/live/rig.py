"""What run.py and stalled.py share: the server under test, its seed and its dialect, and the load generator.

The load generator (`wsload`) stands outside the repository. It opens subscribers, sends changes through the dialect's `update`,
and times each delivery from the moment the change was sent; it prints one JSON object.
"""
import http.client, json, os, pathlib, resource, shlex, socket, subprocess, sys, tempfile, time, urllib.parse

HERE = pathlib.Path(__file__).parent
# Each round moves attempts of its own: a second round that set them to the very status they have would change nothing.
WIDEST = 1_000
# Less than half of the seed's attempts have a step that suits.
CUSTOMERS_PER_ATTEMPT = 3


def arguments(parser):
    parser.add_argument("--wsload", required=True, help="the load generator's program")
    parser.add_argument("--program", default="target/release/kyc-stack")
    parser.add_argument(
        "--database", action="append", help="one without a seed in it; a SQLite file that is gone afterwards where none is named",
    )
    parser.add_argument("--pgpid", default="0", help="the postmaster's, for PostgreSQL's share of the CPU")
    parser.add_argument("--rounds", type=int, default=3, help="the figures are their medians")
    parser.add_argument("--out", help="a file that the raw figures are appended to, a JSON object a line")


def raise_open_files():
    """A subscriber is a socket here and one there."""
    wanted, (_, hard) = 16_384, resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        sys.exit(f"{wanted} open files are needed, the limit is {hard}: raise it (`ulimit -Hn`)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def memory(pid, field="VmRSS"):
    """Resident megabytes of a process."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field + ":"))


class Peer:
    """Another server: its dialect, and the command that starts it; without a command it runs already."""

    on_postgres = True

    def __init__(self, text):
        path, _, command = text.partition("=")
        self.dialect = pathlib.Path(path)
        spelling = json.loads(self.dialect.read_text())
        self.name, self.command = spelling["name"], shlex.split(command)
        self.address = urllib.parse.urlsplit(spelling["http_url"]).netloc

    def __enter__(self):
        self.pid, self.process = 0, None
        if self.command:
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(self.command, **quiet)
            self.pid = self.process.pid
        host, port = self.address.split(":")
        until = time.monotonic() + 30
        while socket.socket().connect_ex((host, int(port))) != 0:
            if time.monotonic() > until or (self.process and self.process.poll() is not None):
                sys.exit(f"{self.name} does not listen on {self.address}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            self.process.wait(60)

    def changes(self):
        """Nobody counts them for a peer: the load generator's word is taken."""
        return None


class KycStack:
    """The server under test, on a fresh seed; each `with` is a new process, so that its memory is its own."""

    def __init__(self, options, folder, database=None):
        self.folder, self.program = pathlib.Path(tempfile.mkdtemp(dir=folder)), options.program
        database = database or f"sqlite:{self.folder / 'kyc.db'}"
        self.env = {
            "KYC_DATABASE_URL": database, "KYC_LISTEN": "127.0.0.1:0", "KYC_MAX_SOCKETS_PER_ACTOR": "10000",
            "PATH": os.environ["PATH"],
        }
        self.on_postgres = database.startswith("postgres")
        self.name = "kyc-stack, PostgreSQL" if self.on_postgres else "kyc-stack, SQLite"
        self.attempts = WIDEST * options.rounds
        sizes = ["--customers", str(self.attempts * CUSTOMERS_PER_ATTEMPT), "--attempts-per-customer", "1", "--open"]
        done = subprocess.run([self.program, "seed", *sizes], env=self.env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"the seed failed: {done.stderr.strip()[-2000:]}")
        self.key, self.moved = json.loads(done.stdout)["adminApiKey"], []
        with self:
            self.write_ids()

    def __enter__(self):
        log = self.folder / "serve.log"
        with open(log, "w") as stderr:
            self.process = subprocess.Popen([self.program, "serve"], env=self.env, stderr=stderr)
        self.pid = self.process.pid
        until = time.monotonic() + 60
        while "address=" not in log.read_text():
            if time.monotonic() > until or self.process.poll() is not None:
                self.process.kill()
                sys.exit(f"the server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.02)
        self.address = log.read_text().split("address=")[1].split()[0]
        self.dialect = self.folder / "kyc-stack.json"
        spelling = (HERE / "kyc-stack.json").read_text()
        self.dialect.write_text(spelling.replace("ADDRESS", self.address).replace("API_KEY", self.key))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def ask(self, query, **variables):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        body = json.dumps({"query": query, "variables": variables})
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        connection.request("POST", "/graphql", body, headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if "errors" in answer:
            sys.exit(f"unexpected: {answer['errors'][:1]}")
        return answer["data"]

    def write_ids(self):
        """The attempts whose second step, which the updates move, is none that IN_PROGRESS leaves as it is or that has passed."""
        query = """query($after: String) { attempts(first: 100, after: $after, sort: {field: CREATED_AT, direction: ASC}, filter: {
            state: [CREATED, IN_PROGRESS], stepKind: PAN, stepStatus: [NOT_STARTED, REQUIRES_ACTION]}) {
            nodes { id steps { id kind } } pageInfo { endCursor hasNextPage } } }"""
        attempts, after = [], None
        while len(attempts) < self.attempts:
            page = self.ask(query, after=after)["attempts"]
            attempts += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if len(attempts) < self.attempts and not page["pageInfo"]["hasNextPage"]:
                sys.exit(f"the seed has {len(attempts)} attempts that suit, {self.attempts} are needed")
        attempts = attempts[: self.attempts]
        for attempt in attempts:
            if len(attempt["steps"]) != 5 or attempt["steps"][1]["kind"] != "PAN":
                sys.exit("the load generator takes attempts of five steps and moves the second: the journey has changed")
        self.moved = [attempt["steps"][1]["id"] for attempt in attempts]
        steps = [step["id"] for attempt in attempts for step in attempt["steps"]]
        (self.folder / "attempts.txt").write_text("\n".join(attempt["id"] for attempt in attempts))
        (self.folder / "steps.txt").write_text("\n".join(steps))

    def changes(self):
        """How often the steps that the updates move have changed until now. An update that changed nothing has no event."""
        query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Step { version } } }"
        pages = (self.moved[n : n + 100] for n in range(0, len(self.moved), 100))
        return sum(node["version"] for ids in pages for node in self.ask(query, ids=ids)["nodes"])


def load(options, server, turn, sub, subscribers, updates, interval, transport="ws"):
    """One run of the load generator against a server that runs, in the `turn`th round."""
    before = server.changes()
    command = [
        options.wsload, "--dialect", str(server.dialect), "--sub", sub, "--subs", str(subscribers), "--updates", str(updates),
        "--interval-ms", str(interval), "--transport", transport, "--base", str(WIDEST * turn),
        "--pid", str(server.pid), "--pgpid", options.pgpid if server.on_postgres else "0",
    ]
    if sub == "S2":
        command += ["--spread", str(subscribers)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stderr.strip():
        print(f"{server.name}: {done.stderr.strip()[:400]}", file=sys.stderr)
    if done.returncode != 0:
        return None
    figures = json.loads(done.stdout)
    figures["rss_after_mb"] = memory(server.pid) if server.pid else 0
    if wrong := {key: figures[key] for key in ("dead", "failed_updates", "unmatched") if figures[key]}:
        print(f"{server.name}, {sub}: {wrong}", file=sys.stderr)
    if before is not None:
        changes = server.changes() - before
        figures["expected"] = changes * (1 if sub == "S2" else subscribers)
        figures["lost"] = figures["expected"] - figures["delivered"]
    if options.out:
        with open(options.out, "a") as out:
            out.write(json.dumps(figures) + "\n")
    return figures
