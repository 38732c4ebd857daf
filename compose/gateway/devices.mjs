// Who asks the gateway to be let in, who is in, and the answers to them; run by clawkit inside the gateway container.
// OpenClaw's own command does the same and takes seconds to load; this is one connection over the loopback.
// usage: node --input-type=module -e "$(cat devices.mjs)" list | approve ID | reject ID | remove ID | wait SECONDS IDS
// `wait` answers with the list as soon as an id is in it that is not among IDS (joined by commas), or time is up.
import { readFileSync } from "node:fs";

const [verb, first = "", known = ""] = process.argv.slice(1);
const CALLS = { approve: ["device.pair.approve", { requestId: first }], reject: ["device.pair.reject", { requestId: first }],
  remove: ["device.pair.remove", { deviceId: first }], list: ["device.pair.list", {}], wait: ["device.pair.list", {}] };
const ANSWER_MS = 15000;
const CLIENT = { id: "cli", version: "clawkit", platform: "linux", mode: "cli" };
const token = readFileSync("/run/clawkit/gateway.token", "utf8").trim();
const link = new WebSocket("ws://127.0.0.1:18789/");
let last = null;

function end(answer) {
  // no device key and no token belongs into what is printed
  const plain = (one) => ({ ...one, publicKey: undefined, tokens: undefined });
  const { pending = [], paired = [], ...rest } = answer;
  console.log(JSON.stringify({ ...rest, pending: pending.map(plain), paired: paired.map(plain) }));
  process.exit(0);
}

const send = (id, method, params) => link.send(JSON.stringify({ type: "req", id, method, params }));
const ask = () => send("ask", ...CALLS[verb]);
const isNew = ({ pending, paired }) => [...pending.map((one) => one.requestId), ...paired.map((one) => one.deviceId)]
  .some((id) => !known.split(",").includes(id));

function heard(payload) {
  if (verb !== "wait") return end(verb === "list" ? payload : { done: true, device: payload.device?.deviceId });
  last = payload;
  if (isNew(payload)) end(payload);
}

link.onmessage = ({ data }) => {
  const frame = JSON.parse(data);
  if (frame.ok === false) end({ error: { code: frame.error.details?.code ?? frame.error.code, message: frame.error.message } });
  if (frame.event === "connect.challenge") {
    const scopes = ["operator.pairing", "operator.admin"]; // admin: only it may let in, and out, what has more than pairing
    send("connect", "connect", { minProtocol: 4, maxProtocol: 4, client: CLIENT, role: "operator", scopes, auth: { token } });
  }
  if (frame.id === "connect" || (verb === "wait" && frame.event?.startsWith("device.pair."))) ask();
  if (frame.id === "ask") heard(frame.payload);
};
link.onclose = ({ code, reason }) => end({ error: { code: `closed ${code}`, message: reason } });
link.onerror = () => end({ error: { code: "closed", message: "the gateway does not listen" } });
setTimeout(() => end(last ?? { error: { code: "silent", message: "the gateway does not answer" } }),
  verb === "wait" ? Number(first) * 1000 : ANSWER_MS);
