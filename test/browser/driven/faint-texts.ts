/** Runs in the page: texts whose colour is too near to the nearest opaque background above them. */
export function faintTexts(): string[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('There is no canvas to ask for colours.');
  const channelsOf = (colour: string): [number, number, number, number] => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminanceOf = (channels: readonly number[]) => {
    const [r = 0, g = 0, b = 0] = channels
      .slice(0, 3)
      .map((each) => each / 255)
      .map((each) => (each <= 0.040_45 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgroundOf = (element: Element): string => {
    for (let each: Element | null = element; each; ) {
      const { backgroundColor } = getComputedStyle(each);
      if (channelsOf(backgroundColor)[3] > 0.99) return backgroundColor;
      const root = each.getRootNode();
      each = each.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const faint: string[] = [];
  const visit = (root: ParentNode) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) visit(element.shadowRoot);
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      const isShown = element.checkVisibility() && !(element instanceof SVGElement);
      if (!hasText || !isShown || element.matches(':disabled, :disabled *, option, noscript')) continue;
      const [text, ground] = [getComputedStyle(element).color, backgroundOf(element)].map((colour) =>
        luminanceOf(channelsOf(colour)),
      ) as [number, number];
      const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
      if (contrast < 4.5) faint.push(`${element.className} “${element.textContent}”: ${contrast.toFixed(2)}`);
    }
  };
  visit(document);
  return faint;
}
