// Small things done to the page.
export function node(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Make `old` look like `next` with as few changes as possible: focus stays where it is, no element is made in vain.
export function morph(old, next) {
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && name !== "style") old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const wanted = [...next.childNodes];
  wanted.forEach((child, i) => {
    const present = old.childNodes[i];
    if (!present) old.append(child);
    else if (present.nodeType !== child.nodeType || present.nodeName !== child.nodeName) present.replaceWith(child);
    else if (child.nodeType === Node.TEXT_NODE) { if (present.data !== child.data) present.data = child.data; }
    else morph(present, child);
  });
  while (old.childNodes.length > wanted.length) old.lastChild.remove();
}

export function write(element, text) { if (element && element.textContent !== text) element.textContent = text; }
