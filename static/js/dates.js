/* The day someone is typing, said in words; empty while it cannot be read. */

const SEPARATED = /^(\d{1,4})[\s./-]+(\d{1,2})[\s./-]+(\d{1,4})$/;
const TOGETHER = /^(\d{2})(\d{2})(\d{4})$/;

export function readDay(text) {
  const parts = text.trim().match(SEPARATED) ?? text.trim().match(TOGETHER);
  if (!parts) return null;
  const [first, second, third] = parts.slice(1);
  const [day, month, year] = first.length === 4 ? [third, second, first] : [first, second, third];
  if (year.length !== 4 || day.length > 2) return null;
  const read = new Date(Date.UTC(+year, month - 1, +day));
  return read.getUTCMonth() === month - 1 && read.getUTCDate() === +day ? read : null;
}

export function dayInWords(text, language) {
  const day = readDay(text);
  if (!day) return "";
  const isSpanish = language.startsWith("es");
  const say = (part) => {
    const said = day.toLocaleDateString(language, { [part]: "long", timeZone: "UTC" });
    return isSpanish ? said.toLowerCase() : said; // some browsers write Marzo
  };
  const rest = [day.getUTCDate(), say("month"), day.getUTCFullYear()];
  return `${say("weekday")} ${rest.join(isSpanish ? " de " : " ")}`;
}
