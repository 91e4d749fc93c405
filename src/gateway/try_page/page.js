// The page has one connection to one chat and to the inbox of its user. Everything from peers enters the document
// through textContent only.
const element = (id) => document.getElementById(id);
const shownMessagesMax = 500;
const historyLimit = 20;
const base = location.pathname.endsWith("/") ? location.pathname : location.pathname + "/";

let connection = null;  // {socket, token, chatId, user, seen, held}; null when there is none
let requests = 0;
let following = true;  // the list stays scrolled to its end until the reader scrolls up
let lastTop = 0;

function show(state, text) {
  element("state").dataset.state = state;
  element("state").textContent = text;
  const open = state === "connected";
  for (const id of ["text", "type", "send"]) element(id).disabled = !open;
  element("disconnect").disabled = connection === null;
  element("bell").disabled = !open;
  element("connect").textContent = connection === null ? "Connect" : "Reconnect";
}

function notice(text, kind = "error", offerClaim = false) {
  element("notice").dataset.kind = kind;
  element("notice-text").textContent = text;
  element("claim").hidden = !offerClaim;
  element("notice").hidden = text === "";
}

// The `sub` of a token, for display only: the server verifies it.
function userOf(token) {
  try {
    const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
    return String(JSON.parse(new TextDecoder().decode(bytes)).sub ?? "");
  } catch {
    return "";
  }
}

function call(path, options, token) {
  const headers = {Authorization: "Bearer " + token};
  if (options.body) headers["Content-Type"] = "application/json";
  return fetch(base + path, {...options, headers, cache: "no-store"});
}

async function errorText(response) {
  try {
    return String((await response.json()).error ?? "");
  } catch {
    return "";
  }
}

// A browser does not say why a WebSocket was refused; a similar request over HTTP does.
async function explainRefusal(attempt) {
  let response;
  try {
    response = await call("messages?limit=1&chatId=" + encodeURIComponent(attempt.chatId), {}, attempt.token);
  } catch {
    return ["The server cannot be reached.", false];
  }
  if (response.status === 401) {
    return ["The token was refused: it is malformed, expired or from another issuer.", false];
  }
  if (response.status === 403) {
    return [`${attempt.user || "This user"} has no permission for the chat "${attempt.chatId}".`, true];
  }
  if (response.status === 503) return ["The server is starting, stopping or full. Try again in a moment.", false];
  if (response.ok) {
    return ["The connection was refused although the token and the chat are fine: " +
            "too many connections of this user, or too many attempts.", false];
  }
  return [`The server refused (${response.status}): ${await errorText(response)}`, false];
}

const closeReasons = {
  1001: "the connection reached its maximum age", 1006: "the connection broke", 1008: "too many messages",
  1009: "the message was too large", 1012: "the server is restarting", 1013: "this client was too slow",
  4401: "the token expired", 4403: "access was revoked", 4408: "the heartbeat was lost",
  4409: "a newer connection replaced it",
};

function connect() {
  const token = element("token").value.trim();
  const chatId = element("chat").value.trim();
  if (token === "" || chatId === "") {
    notice("A token and a chat are needed.");
    element(token === "" ? "token" : "chat").focus();
    return;
  }
  disconnect();
  notice("");
  element("messages").replaceChildren();
  element("notifications").replaceChildren();

  const query = new URLSearchParams({token, chatId, hello: "1"});
  const scheme = location.protocol === "https:" ? "wss://" : "ws://";
  const socket = new WebSocket(scheme + location.host + base + "ws?" + query, "notifyd.v1");
  const mine = {socket, token, chatId, user: userOf(token), seen: new Set(), held: [], opened: false};
  connection = mine;
  show("connecting", "connecting");

  socket.onopen = () => {
    if (connection !== mine) return;
    mine.opened = true;
    show("connected", `connected to ${chatId}` + (mine.user ? ` as ${mine.user}` : ""));
    element("text").focus();
    loadHistory(mine);
    openInbox(mine);
  };
  socket.onmessage = (event) => {
    if (connection === mine) receive(mine, event.data);
  };
  socket.onclose = async (event) => {
    if (connection !== mine) return;
    connection = null;
    if (mine.opened) {
      const why = closeReasons[event.code] ?? (event.reason || "closed by the server");
      show("closed", "not connected");
      notice(`Disconnected (${event.code}): ${why}.`);
    } else {
      show("refused", "refused");
      const [why, claimable] = await explainRefusal(mine);
      if (connection === null) notice(why, "error", claimable);
    }
  };
}

function disconnect() {
  if (connection === null) return;
  const {socket} = connection;
  connection = null;
  socket.close(1000);
  show("idle", "not connected");
}

// Shows the history first, then what arrived while it was being loaded, each message once.
async function loadHistory(mine) {
  let messages = [];
  try {
    const query = new URLSearchParams({chatId: mine.chatId, limit: String(historyLimit)});
    const response = await call("messages?" + query, {}, mine.token);
    if (response.ok) messages = (await response.json()).messages.reverse();
    else if (response.status !== 404) notice(`History: ${await errorText(response) || response.status}`);
  } catch {
    notice("History could not be read.");
  }
  if (connection !== mine) return;
  const held = mine.held;
  const latencies = new Map(held.map(([message, latency]) => [message.messageId, latency]));
  mine.held = null;
  for (const message of messages) addMessage(mine, message, latencies.get(message.messageId) ?? null);
  for (const [message, latency] of held) addMessage(mine, message, latency);
}

function receive(mine, text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return;
  }
  // Every frame of the server has a type; messages have none.
  if (frame.type === undefined && frame.publishTimestamp && frame.messageId) {
    const latency = Date.now() - Date.parse(frame.publishTimestamp);
    if (mine.held) mine.held.push([frame, latency]);
    else addMessage(mine, frame, latency);
  } else if (frame.type?.startsWith("notification")) {
    receiveNotice(mine, frame);
  } else if (frame.type === "revoked") {
    notice(`Access to ${(frame.payload?.topics ?? []).join(", ")} was revoked.`);
  } else if (frame.type === "error" && frame.payload === undefined) {
    notice(`Not sent (${frame.statusCode ?? frame.code}): ${frame.error}`);
  } else if (frame.type === "error") {
    notice(`Error: ${frame.payload.message ?? frame.payload.code ?? "unknown"}`);
  }
}

function piece(className, text) {
  const span = document.createElement("span");
  span.className = className;
  span.textContent = text;
  return span;
}

function addMessage(mine, message, latency) {
  if (mine.seen.has(message.messageId)) return;
  mine.seen.add(message.messageId);

  const content = message.content;
  const text = typeof content === "string" ? content : content === undefined ? "(no content)" : JSON.stringify(content);
  const item = document.createElement("li");
  item.dataset.messageId = message.messageId;
  item.className = message.userId === mine.user ? "own" : "";
  const meta = document.createElement("div");
  meta.className = "meta";
  meta.append(
    piece("sender", message.userId),
    piece("sequence", message.sequenceNumber ? "#" + message.sequenceNumber : message.messageType),
    piece("time", new Date(message.publishTimestamp).toLocaleTimeString()),
    piece("latency", latency === null ? "history" : Math.max(0, latency) + " ms"));
  const body = document.createElement("div");
  body.className = content === undefined ? "text empty" : "text";
  body.textContent = text;
  item.append(meta, body);

  const list = element("messages");
  list.append(item);
  while (list.childElementCount > shownMessagesMax) {
    mine.seen.delete(list.firstElementChild.dataset.messageId);
    list.firstElementChild.remove();
  }
  if (message.userId === mine.user) following = true;
  follow();
}

function follow() {
  if (following) element("messages").scrollTop = element("messages").scrollHeight;
}

function noteScroll() {
  const list = element("messages");
  if (list.scrollHeight - list.scrollTop - list.clientHeight < 40) following = true;
  else if (list.scrollTop < lastTop) following = false;
  lastTop = list.scrollTop;
}

function send() {
  const text = element("text").value;
  if (connection === null || text === "") return;
  requests += 1;
  connection.socket.send(JSON.stringify({
    action: "sendMessage",
    targetChannel: "WebSocket",
    messageType: element("type").value,
    requestId: "page-" + requests,
    payload: {chatId: connection.chatId, eventType: "message", content: text},
  }));
  element("text").value = "";
  notice("");
}

// The first grant in a chat without permissions makes the caller its admin, if the server allows it.
async function claim() {
  const token = element("token").value.trim();
  const chatId = element("chat").value.trim();
  try {
    const body = JSON.stringify({userId: userOf(token), chatId, role: "admin"});
    const response = await call("permissions", {method: "POST", body}, token);
    if (response.ok) connect();
    else notice(`The chat cannot be claimed: ${await errorText(response) || response.status}`);
  } catch {
    notice("The server cannot be reached.");
  }
}

// #token=...&chatId=... fills the fields and is then removed from the address bar, so that the token gets into no link.
function readFragment() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (!values.has("token") && !values.has("chatId")) return;
  if (values.has("token")) element("token").value = values.get("token");
  if (values.has("chatId")) element("chat").value = values.get("chatId");
  history.replaceState(null, "", location.pathname + location.search);
  if (element("token").value && element("chat").value) connect();
}

element("connect-form").addEventListener("submit", (event) => { event.preventDefault(); connect(); });
element("send-form").addEventListener("submit", (event) => { event.preventDefault(); send(); });
element("disconnect").addEventListener("click", () => { disconnect(); notice(""); });
element("claim").addEventListener("click", claim);
element("messages").addEventListener("scroll", noteScroll);
new ResizeObserver(follow).observe(element("messages"));
window.addEventListener("hashchange", readFragment);
