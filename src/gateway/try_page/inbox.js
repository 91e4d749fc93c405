// The user's inbox: a badge with the number of unread notifications, a list, and a toast for a new one.
const toastTime = 5000;
let toastTimer = 0;

function showUnread(count) {
  element("badge").textContent = String(count);
  element("badge").hidden = count === 0;
}

async function openInbox(mine) {
  try {
    const response = await call("notifications?limit=50", {}, mine.token);
    if (!response.ok || connection !== mine) return;
    const page = await response.json();
    const known = new Set(page.notifications.map((one) => one.id));
    // Those that came over the socket in the meantime are newer.
    const newer = [...element("notifications").children].filter((item) => !known.has(item.dataset.id));
    element("notifications").replaceChildren(...newer, ...page.notifications.map(notificationItem));
    showUnread(page.unreadCount);
  } catch {
    notice("The inbox could not be read.");
  }
}

function notificationItem(one) {
  const item = document.createElement("li");
  item.dataset.id = one.id;
  item.className = one.readAt ? "" : "unread";
  const what = document.createElement("div");
  what.className = "what";
  // The server admits http, https and relative URLs only.
  const title = document.createElement(one.actionUrl ? "a" : "span");
  if (one.actionUrl) title.href = one.actionUrl;
  title.className = "title";
  title.textContent = one.title;
  what.append(title, piece("body", one.body ?? ""), piece("when", new Date(one.createdAt).toLocaleString()));
  item.append(what, inboxButton("Read", `notifications/${one.id}/read`, "POST"),
              inboxButton("Delete", `notifications/${one.id}`, "DELETE"));
  return item;
}

// What it changes comes back over the socket, as it does for the user's other devices.
function inboxButton(text, path, method) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", () => changeInbox(path, method));
  return button;
}

async function changeInbox(path, method) {
  if (connection === null) return;
  const response = await call(path, {method}, connection.token).catch(() => null);
  if (!response?.ok) notice("The inbox could not be changed.");
}

function receiveNotice(mine, {type, payload}) {
  showUnread(payload.unreadCount);
  const list = element("notifications");
  const shown = (id) => list.querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (type === "notification") {
    mine.socket.send(JSON.stringify({type: "notification:ack", payload: {notificationId: payload.id}}));
    if (shown(payload.id)) return;
    list.prepend(notificationItem(payload));
    toast(payload.title);
  } else if (type === "notification:deleted") {
    for (const id of payload.ids) shown(id)?.remove();
  } else if (type === "notification:read") {
    const items = payload.ids === "all" ? [...list.children] : payload.ids.map(shown);
    for (const item of items) if (item) item.className = "";
  }
}

function toast(text) {
  element("toast").textContent = text;
  element("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { element("toast").hidden = true; }, toastTime);
}

element("bell").addEventListener("click", () => {
  element("inbox").hidden = !element("inbox").hidden;
  element("bell").setAttribute("aria-expanded", String(!element("inbox").hidden));
});
element("read-all").addEventListener("click", () => changeInbox("notifications/read-all", "POST"));
