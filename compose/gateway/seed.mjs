// Merges the keys that clawkit owns into the user's openclaw.json and leaves every other key alone.
// usage: node seed.mjs OWNED.json TARGET.json
// Writes nothing when the owned keys already have their values, so the user's comments and order survive.
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const [ownedPath, targetPath] = process.argv.slice(2);
const KEYRING = "clawkit-model"; // kit/clawkit/model_entry.py
const CUSTOM = "custom";
const CONFIG_FAULT = 78; // what OpenClaw itself exits with when a retry is useless

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
// An owned value that is a reference ({source, provider, id}) or a list is replaced whole, never mixed.
const isWhole = (value) => !isObject(value) || "source" in value;

function merged(target, owned) {
  const result = { ...target };
  for (const [key, value] of Object.entries(owned)) {
    result[key] = isWhole(value) ? value : merged(isObject(result[key]) ? result[key] : {}, value);
  }
  return result;
}

// The entries of a model that clawkit named once and names no more: their key is gone with the setting.
function withdrawn(target, owned) {
  const result = structuredClone(target);
  const providers = result.models?.providers ?? {};
  const keyring = result.secrets?.providers ?? {};
  const stale = Object.keys(providers).filter((id) => isObject(providers[id]) &&
    providers[id].apiKey?.provider === KEYRING && !owned.models?.providers?.[id]);
  for (const id of stale) {
    delete providers[id].apiKey;
    if (id === CUSTOM || Object.keys(providers[id]).length === 0) delete providers[id];
    const chosen = result.agents?.defaults?.model;
    if (isObject(chosen) && chosen.primary?.startsWith(`${id}/`)) delete chosen.primary;
  }
  if (!owned.secrets?.providers?.[KEYRING]) delete keyring[KEYRING];
  return result;
}

function read(path) {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    // the user may write JSON5; the parser is OpenClaw's own
    return createRequire(`${process.cwd()}/`)("json5").parse(text);
  }
}

const owned = JSON.parse(readFileSync(ownedPath, "utf8"));
let current = {};
if (existsSync(targetPath)) {
  try {
    current = read(targetPath);
    if (!isObject(current)) throw new Error("it is not an object");
  } catch (error) {
    console.error(`clawkit: ${targetPath} cannot be parsed: ${error.message}`);
    console.error(`clawkit: mend it, or move it away to start from clawkit's own: nothing was changed`);
    process.exit(CONFIG_FAULT);
  }
}
const wanted = merged(withdrawn(current, owned), owned);
if (JSON.stringify(wanted) !== JSON.stringify(current)) {
  // the first copy is the user's own original; later ones would only hold what clawkit wrote
  const original = `${targetPath}.before-clawkit`;
  if (existsSync(targetPath) && !existsSync(original)) copyFileSync(targetPath, original);
  writeFileSync(`${targetPath}.clawkit`, JSON.stringify(wanted, null, 2) + "\n", { mode: 0o600 });
  renameSync(`${targetPath}.clawkit`, targetPath);
  console.log(`clawkit: set its keys in ${targetPath}`);
}
