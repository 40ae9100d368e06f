/** Minutes, seconds and tenths, and hours only where there are any: 02:07.3, 1:02:07.3. */
export function clockTime(atMs: number): string {
  const tenths = Math.floor(Math.max(0, atMs) / 100);
  const two = (number: number) => String(number).padStart(2, '0');
  const hours = Math.floor(tenths / 36_000);
  const time = `${two(Math.floor(tenths / 600) % 60)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${time}` : time;
}
