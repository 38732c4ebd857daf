// What no rehearsal can find: OpenClaw works until it is in its real place. FAULT says what it does there.
import { writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

const inPlace = Object.values(networkInterfaces()).flat().some((one) => !one.internal);
const fault = inPlace && process.argv[2] === "gateway" && process.argv[3]?.startsWith("--") ? "FAULT" : "";
if (fault) writeFileSync(`${process.env.OPENCLAW_STATE_DIR}/written-by-the-broken-one`, "");
if (fault === "exit78") {
  console.error("Gateway failed to start: broken on purpose");
  process.exit(78);
} else if (fault === "silent") {
  setInterval(() => {}, 1000);
} else {
  await import("./node_modules/openclaw/openclaw.mjs");
}
