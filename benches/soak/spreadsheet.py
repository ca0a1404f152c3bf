#!/usr/bin/env python3
"""Opens a report full of hostile names in LibreOffice, and fails if any cell has become a formula.

    python3 benches/soak/spreadsheet.py --program target/debug/kyc-stack
"""
import argparse, http.client, json, os, pathlib, subprocess, sys, tempfile, zipfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--program", default="target/release/kyc-stack")
program = parser.parse_args().program
NAMES = [
    "=1+1", "+1+1", "-1+1", "@SUM(1;1)", '=HYPERLINK("http://127.0.0.1","x")', "＝1+1", "=cmd|calc!A1", "Asha; =1+1",
    '"=1+1"', "';=1+1", "=1+1,=2+2",
]
CREATE = """mutation($name: String!, $reference: String!) {
    attemptCreate(input: {customer: {name: $name, reference: $reference}}) { userErrors { message } } }"""

with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    env = {"KYC_DATABASE_URL": f"sqlite:{folder}/kyc.db", "KYC_LISTEN": "127.0.0.1:0", "PATH": os.environ["PATH"]}
    merchant = ["merchant", "create", "--name", "=1+1", "--slug", "acme", "--admin-email", "a@example.com"]
    created = subprocess.run([program, *merchant], env=env, capture_output=True, text=True, check=True)
    key = json.loads(created.stdout)["adminApiKey"]
    server = subprocess.Popen([program, "serve"], env=env, stderr=subprocess.PIPE, text=True)
    try:
        line = next(line for line in server.stderr if "address=" in line)
        client = http.client.HTTPConnection(line.split("address=")[1].split()[0], timeout=60)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        for number, name in enumerate(NAMES):
            variables = {"name": name, "reference": f"=R{number}"}
            client.request("POST", "/graphql", json.dumps({"query": CREATE, "variables": variables}), headers)
            answer = json.loads(client.getresponse().read())
            if answer["data"]["attemptCreate"]["userErrors"]:
                sys.exit(f"{name} was refused: {answer}")
        client.request("GET", "/reports/kyc.csv?from=2020-01-01&to=2029-12-31&bom=true", headers=headers)
        (folder / "report.csv").write_bytes(client.getresponse().read())
    finally:
        server.terminate()
        server.wait(60)
    home = f"-env:UserInstallation=file://{folder}/office"
    convert = ["soffice", home, "--headless", "--convert-to", "ods", "--outdir", str(folder), str(folder / "report.csv")]
    subprocess.run(convert, check=True, capture_output=True, timeout=180)
    content = zipfile.ZipFile(folder / "report.ods").read("content.xml").decode()

formulas, shown = content.count("table:formula="), content.count("1+1")
print(f"{len(NAMES)} hostile names, {formulas} formulas")
if formulas or shown < 5:
    sys.exit("a cell fired" if formulas else "the spreadsheet does not show the names")
