"""A shift's work in the bank of tour_bank.py, so that whoever looks around finds more than alerts that wait: decided alerts and second looks, a measure and an appeal, a case with its referral,
orders of the police, a gang, a model that waits for its approval. Everything is done over the API by the people of the bank, with what the simulation knows of the customers (labels.ndjson) as
what they find out on the telephone; what was written into notes says that.
"""

import json

# What an alert of a group is decided as where the customer or account has part in a fraud of the simulation.
FRAUD_CODES = {"VP": "TP-VICTIM-LOSS", "AT": "TP-UNAUTH", "CF": "TP-UNAUTH", "DE": "TP-UNAUTH", "MU": "TP-MULE-SUSP", "CG": "TP-MULE-SUSP", "UB": "TP-MULE-SUSP", "MF": "TP-MERCHANT", "LF": "TP-LOAN", "CO": "TP-MULE-SUSP"}
URGENT, LIGHT = 16, 60
FIELDS = {
    "authority": "杭州市公安局反诈中心（演示）", "contact_a": "警银联络岗（演示）", "fact": "客户受骗后付款，资金进入本行账户并继续转出。", "structure": "一级账户收款，随即分散转出。",
    "analysis": "收款账户平日没有工资和生活消费，短时间内收到多名互不相识客户的款项，到账数分钟即转出，只留零头；登录设备与另一账户相同。据此判断账户用于过渡涉诈资金，实际控制人尚待查明。",
    "confidence": "HIGH", "unknowns": "实际控制人。",
}


class Work:
    def __init__(self, bank, sign_in, client):
        """sign_in(name): the person's client; client(key): that of a system."""
        self.bank = bank
        self.people = {}
        self.sign_in, self.client = sign_in, client
        self.labels = [json.loads(line) for line in (bank.folder / "bank" / "labels.ndjson").read_text(encoding="utf-8").splitlines() if line]
        self.part = {name: label for label in self.labels for name in label.get("people", []) + label.get("accounts", [])}

    def as_(self, name):
        if name not in self.people:
            self.people[name] = self.sign_in(name)
        return self.people[name]

    def label_of(self, row):
        return self.part.get(row["account"]) or self.part.get(row["customer"])

    # ---- alerts ------------------------------------------------------------------------------------

    def decide(self):
        """Some of the most urgent ones and more of the light ones, by the analysts in turn; what lets go is approved by a leader. The rest waits."""
        for number in range(URGENT):
            who = ("analyst-1", "analyst-2")[number % 2]
            status, answer = self.as_(who).ask("POST", "/v1/alerts/next")
            if status == 200:
                self.conclude(who, answer["alert"])
        light = [row for severity in ("S2", "S3") for row in self.as_("shift-leader").ok("GET", f"/v1/alerts?open=true&severity={severity}&limit=200")["alerts"] if row["skill"] in ("FRAUD", "MULE")]
        for number, row in enumerate(light[:LIGHT]):
            who = ("analyst-1", "analyst-2")[number % 2]
            if self.as_(who).ask("POST", f"/v1/alerts/{row['alert']}/claim", {})[0] == 200:
                self.conclude(who, row)
        self.as_("analyst-1").ask("POST", "/v1/alerts/next")

    def conclude(self, who, row):
        code = FRAUD_CODES.get(row["group"], "TP-MULE-SUSP") if self.label_of(row) else "FP-OWNWILL"
        if code == "TP-VICTIM-LOSS" and row["money_here"]:
            code = "TP-VICTIM-SAVED"
        note = "电话核实：涉诈（演示数据标注）" if self.label_of(row) else "电话核实：本人办理（演示数据标注）"
        status, answer = self.as_(who).ask("POST", f"/v1/alerts/{row['alert']}/decision", {"code": code, "note": note})
        if status == 200 and answer["needs_approval"]:
            self.as_("shift-leader-2").ask("POST", f"/v1/alerts/{row['alert']}/approve", {"note": "同意"})

    def restrict(self):
        """A limit on an account that is part of a fraud, and its holder's appeal."""
        leader = self.as_("shift-leader")
        for row in leader.ok("GET", "/v1/alerts?group=MU&limit=200")["alerts"]:
            asked = {"measure": "LIMIT_NON_COUNTER", "target_kind": "account", "target": row["account"], "amount": 500000, "alert": row["alert"], "basis": "R-108", "reason": "资金快进快出，待核实用途", "hours": 720,
                     "notice": "NOTICE-LIMIT-LOWERED"}
            status, answer = leader.ask("POST", "/v1/controls", asked) if row["account"] else (0, None)
            if status == 200:
                hotline = self.client(self.bank.key("hotline", ["appeals:submit"]))
                hotline.ask("POST", "/v1/appeals", {"control": answer["control"]["control"], "customer": row["customer"], "channel": "HOTLINE", "text": "工资卡被限额，影响日常生活，要求解除。"})
                return

    # ---- cases -------------------------------------------------------------------------------------

    def flow_in(self, analyst, row):
        """Whether money came to the account: then a case of it has something to follow."""
        status, answer = analyst.ask("GET", f"/v1/flow?account={row['account']}&layers=1")
        if status != 200:
            return False
        flow = answer["flow"]
        itself = next((node["id"] for node in flow["nodes"] if node["name"] == row["account"]), None)
        return any(edge["to"] == itself for edge in flow["edges"])

    def case(self):
        analyst = self.as_("analyst-1")
        rows = analyst.ok("GET", "/v1/alerts?group=MU&open=true&limit=200")["alerts"] + analyst.ok("GET", "/v1/alerts?group=VP&open=true&limit=200")["alerts"]
        row = next((row for row in rows if row["account"] and self.flow_in(analyst, row)), None)
        if row is None:
            return
        same = [other["alert"] for other in rows if other["account"] == row["account"]]
        number = analyst.ok("POST", "/v1/cases", {"title": "多名客户向同一账户付款，资金当日转出", "type": "FRAUD", "modus": "VP-01", "summary": "客户受骗后转账，收款账户当日把资金转往他行。", "alerts": same})["case"]["id"]
        where = f"/v1/cases/{number}"
        analyst.ok("POST", f"{where}/subjects", {"kind": "ACCOUNT", "name": row["account"], "role": "FIRST_LEVEL", "confidence": 85, "evidence": "受害人资金直接进入"})
        analyst.ask("POST", f"{where}/notes", {"kind": "ANALYSIS", "text": "资金当日转出，账户无工资社保等生活痕迹。"})
        found = analyst.ok("GET", f"{where}/suggestions")["transactions"]
        if found:
            analyst.ok("POST", f"{where}/transactions", {"transactions": [{"sequence": row["sequence"], "part": row["part"]} for row in found]})
        analyst.ask("POST", f"{where}/pictures", {})
        referral = analyst.ok("POST", "/v1/referrals", {"case": number})["referral"]["referral"]
        analyst.ok("POST", f"/v1/referrals/{referral}/fields", FIELDS)
        analyst.ask("POST", f"/v1/referrals/{referral}/picture", {"direction": "forward", "layers": 2})

    def gang(self):
        analyst = self.as_("analyst-1")
        for row in analyst.ok("GET", "/v1/alerts?limit=200")["alerts"]:
            if row["account"]:
                _, answer = analyst.ask("POST", "/v1/gangs", {"kind": "ACCOUNT", "name": row["account"], "payment_min": 100000})
                if isinstance(answer, dict) and (answer.get("gang") or {}).get("state") == "PROPOSED":
                    return

    def named(self, count):
        """Accounts whose holder's name the bank has told, as its hash, with a payment out of each: an order says both, and they are compared."""
        found = {}
        with open(self.bank.folder / "bank" / "events.ndjson", encoding="utf-8") as events:
            for line in events:
                if '"transfer_out"' in line and '"REQUEST"' in line and '"cust_name_hash"' in line:
                    event = json.loads(line)
                    found.setdefault(event["acct_no"], (event["cust_name_hash"], event["amount"], event["event_time"]))
                    if len(found) >= count:
                        break
        return [(account, *told) for account, told in found.items()]

    def orders(self):
        """Of the police: one that agrees with what the bank knows, a question, and one of which a document is missing."""
        gateway = self.client(self.bank.key("police", ["orders:take"]))
        for number, (kind, (account, name, amount, at)) in enumerate(zip(("STOP_PAY", "QUERY_ACCT", "FREEZE"), self.named(3))):
            gateway.ask("POST", "/v1/orders", {"number": f"ZF-DEMO-{number + 1:04}", "kind": kind, "authority": "杭州市公安局", "account": account, "name_hash": name, "amount": amount, "moved": at, "signed": True})

    # ---- models ------------------------------------------------------------------------------------

    def release(self):
        """A model in a new version, proposed and not approved yet."""
        author = self.as_("model-author")
        name = "models/MU/M-MU-02-A.yaml"
        text = (self.bank.folder / "pack" / name).read_text(encoding="utf-8")
        release = author.ok("POST", "/v1/releases/draft", {"files": {name: text.replace("version: 1", "version: 2", 1)}, "note": "演示：新版本"})
        author.ask("POST", f"/v1/releases/{release['name']}/try", {"events": 10000})
        author.ask("POST", f"/v1/releases/{release['name']}/propose", {"note": "请复核"})

    def all(self):
        for part in (self.decide, self.restrict, self.case, self.gang, self.orders, self.release):
            part()
