// Asks the model's provider one small thing with the key that is here, and prints what it says, without the key.
// usage: node --input-type=module -e "$(cat model.mjs)" '{"url": …, "headers": {…}, "body": …}' KEYFILE
import { readFileSync } from "node:fs";

const [question, file] = process.argv.slice(1);
const { url, headers, body } = JSON.parse(question);
const key = readFileSync(file, "utf8").trim();
const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace("\0key", key)]));
const LIMIT_MS = 20000;

try {
  const request = { headers: filled, signal: AbortSignal.timeout(LIMIT_MS), ...(body ? { method: "POST", body } : {}) };
  const answer = await fetch(url, request);
  const text = (await answer.text()).slice(0, 65536).replaceAll(key, "***");
  console.log(JSON.stringify({ status: answer.status, text }));
} catch (error) {
  const failure = error.name === "TimeoutError" ? `no answer within ${LIMIT_MS / 1000} s` : error.cause?.code ?? error.message;
  console.log(JSON.stringify({ failure }));
}
process.exit(0);
