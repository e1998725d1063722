/* Numbers with units and sensible digits, and instants as local time. Units are read off the names. */

const RULES = [
  [/(_|\.|^)(ms|millis|milliseconds)$/, 'ms'],
  [/(_|\.|^)(us|micros|microseconds)$/, 'us'],
  [/(_|\.|^)(ns|nanos|nanoseconds)$/, 'ns'],
  [/per_(sec|second|s)$|_rps$|_qps$|throughput/, 'rate'],
  [/percent|(_|\.)(pct|util)$/, 'percent'],
  [/bytes|(_|\.)memory(_|$)|memory_(used|total)$|(_|\.|^)heap(_|\.|$)/, 'bytes'],
  [/cost|price/, 'cost'],
  [/tokens?$/, 'count'],
  [/(_|\.|^)(s|sec|secs|seconds)$|duration|latency|time_to_|time_per_|elapsed|(_|\.)time$/, 'seconds'],
  [/temperature/, 'celsius'],
  [/(_|\.)watts?$|power/, 'watts'],
];

/** Names the unit that a metric's name speaks of: seconds, ms, us, ns, bytes, percent, rate, cost, count or an empty text. */
export function unitOf(name) {
  const lower = String(name).toLowerCase();
  return RULES.find(([pattern]) => pattern.test(lower))?.[1] ?? '';
}

/** Says whether less is better (-1), more is better (1), or the name does not tell (0). */
export function direction(name) {
  const unit = unitOf(name);
  if (['seconds', 'ms', 'us', 'ns', 'bytes', 'cost'].includes(unit) || /error|loss|fail/i.test(name)) {
    return -1;
  }
  return unit === 'rate' || /accuracy|precision|recall|f1|score/i.test(name) ? 1 : 0;
}

/** Three significant digits, no exponent where a person would write none. */
export function digits(value) {
  const size = Math.abs(value);
  if (value === 0) {
    return '0';
  }
  if (size >= 1e15 || size < 1e-6) {
    return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−');
  }
  const places = size >= 100 ? 0 : Math.min(8, Math.max(0, 2 - Math.floor(Math.log10(size))));
  return new Intl.NumberFormat('en', {maximumFractionDigits: places}).format(value).replace('-', '−');
}

const WHOLE = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/** The minus sign of print in place of the hyphen. */
const signed = (format, value) => format.format(value).replace('-', '−');

/** A whole number with its thousands apart. */
export const whole = (value) => (value === null || value === undefined ? '–' : signed(WHOLE, value));

const COMPACT = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3});

/** A whole number, from 100,000 on in short: 1.2M. */
export const short = (value) => (value === null || value === undefined ? '–' : Math.abs(value) >= 1e15 ? digits(value) : signed(Math.abs(value) < 100000 ? WHOLE : COMPACT, value));

const FACTORS = {seconds: 1, ms: 1e-3, us: 1e-6, ns: 1e-9};

/** A number in the unit that suits its size. */
export function quantity(value, unit = '') {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '–';
  }
  if (unit in FACTORS) {
    return span(value * FACTORS[unit]);
  }
  switch (unit) {
    case 'bytes': return bytes(value);
    case 'percent': return `${digits(value)} %`;
    case 'rate': return `${digits(value)} /s`;
    case 'celsius': return `${digits(value)} °C`;
    case 'watts': return `${digits(value)} W`;
    case 'count': return Number.isInteger(value) ? short(value) : digits(value);
    default: return Math.abs(value) >= 100000 && Math.abs(value) < 1e15 ? signed(COMPACT, value) : digits(value);
  }
}

/** A metric's value in the unit of its name. */
export const measure = (name, value) => quantity(value, unitOf(name));

/** Seconds as µs, ms, s, min, h or d. */
export function span(seconds) {
  const size = Math.abs(seconds);
  if (size === 0) {
    return '0 s';
  }
  if (size < 1e-6) {
    return `${digits(seconds * 1e9)} ns`;
  }
  if (size < 1e-3) {
    return `${digits(seconds * 1e6)} µs`;
  }
  if (size < 1) {
    return `${digits(seconds * 1e3)} ms`;
  }
  if (size < 120) {
    return `${digits(seconds)} s`;
  }
  if (size < 7200) {
    return `${digits(seconds / 60)} min`;
  }
  return size >= 1e15 ? `${digits(seconds)} s` : size < 172800 ? `${digits(seconds / 3600)} h` : `${digits(seconds / 86400)} d`;
}

/** Bytes in binary units. */
export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${digits(size)} ${units[unit]}`;
}

/** An amount with its currency; no sign of which one when it is not known. */
export const money = (value, currency) => (value === null || value === undefined ? '–' : `${digits(value)}${currency ? ` ${currency}` : ''}`);

/** A share of 0 to 1 as percent; close to all is never rounded up to all. */
export function share(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  const percent = value * 100;
  return percent > 99.9 && percent < 100 ? `${(Math.floor(percent * 1000) / 1000).toFixed(3)} %` : `${digits(Math.round(percent * 100) / 100)} %`;
}

const pad = (number, length = 2) => String(number).padStart(length, '0');

/** Local time; the day is left out when it is today, the year when it is this one. */
export function local(instant, millis = false) {
  const date = new Date(instant);
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}${millis ? `.${pad(date.getMilliseconds(), 3)}` : ''}`;
  const today = new Date();
  const year = date.getFullYear() === today.getFullYear() ? '' : `${date.getFullYear()}-`;
  return date.toDateString() === today.toDateString() ? time : `${year}${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${time}`;
}

/** The instant as the page's inputs want it: local, to the second. */
export function forInput(instant) {
  const date = new Date(instant);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** A width as ISO-8601 has it (PT1M30S) in seconds. */
export function isoSeconds(duration) {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(duration ?? '');
  return match ? (match[1] ?? 0) * 86400 + (match[2] ?? 0) * 3600 + (match[3] ?? 0) * 60 + Number(match[4] ?? 0) : null;
}
