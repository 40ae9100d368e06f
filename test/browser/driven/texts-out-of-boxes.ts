/** Runs in the page: texts that stick out of their buttons, panels, or boxes of the picture. */
export function textsOutOfTheirBoxes(): string[] {
  const out: string[] = [];
  const TOLERANCE_PX = 1;
  const compare = (text: string, inner: DOMRect, box: Element) => {
    const outer = box.getBoundingClientRect();
    const excess = Math.max(outer.left - inner.left, inner.right - outer.right);
    if (inner.width > 0 && excess > TOLERANCE_PX) out.push(`“${text}” by ${excess.toFixed(1)} px`);
  };
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) visit(element.shadowRoot);
    for (const text of root.querySelectorAll('.state text, .timeline text')) {
      if (text.getAttribute('visibility') === 'hidden') continue;
      const box = text.closest('.state')?.querySelector('.box') ?? text.parentElement?.querySelector('.span');
      if (box) compare(text.textContent, text.getBoundingClientRect(), box);
    }
    const boxes = [...root.querySelectorAll('.state .box, .fork')].map((each) =>
      each.getBoundingClientRect(),
    );
    for (const label of root.querySelectorAll('.chart text.label')) {
      const { left, right, top, bottom } = label.getBoundingClientRect();
      for (const box of boxes) {
        const isBeside =
          bottom < box.top || top > box.bottom || right < box.left + 0.5 || left > box.right - 0.5;
        if (!isBeside) out.push(`label “${label.textContent}” stands on a box`);
      }
    }
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      const box = parent?.closest('button, .panel, header, label');
      if (!box || parent instanceof SVGElement || !node.textContent?.trim()) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      compare(node.textContent, range.getBoundingClientRect(), box);
    }
    // Labels of one scale that stand on each other.
    const labels = [...root.querySelectorAll('.scale span')].map((each) => each.getBoundingClientRect());
    labels.forEach(({ right }, i) => {
      const next = labels[i + 1];
      if (next && next.left < right)
        out.push(`label ${i} of a scale by ${(right - next.left).toFixed(1)} px`);
    });
  };
  visit(document);
  return out;
}
