const MENU = "draw-faces";

chrome.runtime.onInstalled.addListener(() => {
  chrome.contextMenus.create({ id: MENU, title: "Draw the faces of this picture", contexts: ["image"] });
});

chrome.contextMenus.onClicked.addListener(({ srcUrl }) => openDrawing(srcUrl));
chrome.action.onClicked.addListener(() => openDrawing());

/** A service worker may be ended at any time: what takes longer than a moment is left to a page. */
function openDrawing(picture) {
  const query = picture === undefined ? "" : `?${new URLSearchParams({ picture })}`;
  chrome.tabs.create({ url: chrome.runtime.getURL(`drawing.html${query}`) });
}
