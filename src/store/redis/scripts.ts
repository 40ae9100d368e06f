/**
 * The scripts that Redis runs, each in one atomic step. A session has three keys:
 *
 *     m  hash    d description, s state, c confirmed, e end, n finals, x ended, w shown
 *                oe, oh, ou  epoch, holder and end of the owner's lease      we, wh  the writer's
 *                k  number of the owner's last confirmation      p0, p1 …  end of the last final of a channel
 *                q, dr  last request, last request that was carried out      q1, q2 …  a request
 *                i  when the list of claims was told of it
 *     a  stream  the audio; the id of a block is its end, so that order and repeats are Redis' own affair
 *     t  stream  the finals, by number
 */
import { createHash } from 'node:crypto';

/** A script, and the name by which Redis knows it once it has run. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** Numbers are written as Redis returned them, or by `%.0f`: Lua's default format rounds. */
const COMMON = `
local m, a, t = KEYS[1], KEYS[2], KEYS[3]
local function now() local at = redis.call('TIME') return at[1] * 1000 + math.floor(at[2] / 1000) end
local function get(...) return redis.call('HMGET', m, ...) end
local function set(...) redis.call('HSET', m, ...) end
local function num(value) return tonumber(value or '0') end
local function whole(value) return string.format('%.0f', value) end
local function keepFor(ms) for _, key in pairs({ m, a, t }) do redis.call('PEXPIRE', key, ms) end end
local function letGo(to) redis.call('XTRIM', a, 'MINID', whole(math.floor(to) + 1)) end
local function refusal(role, holder, epoch)
  local known = get(role .. 'e', role .. 'h')
  if num(known[1]) < tonumber(epoch) then return 'forgotten' end
  if num(known[1]) > tonumber(epoch) or known[2] ~= holder then return 'fenced' end
end
local function create(description)
  if redis.call('HSETNX', m, 'd', description) == 1 then redis.call('DEL', a, t) end
end
local function take(role, holder, after)
  local known = get(role .. 'e', role .. 'h')
  local epoch = num(known[1])
  if known[2] ~= holder or epoch <= after then epoch = math.max(epoch, after) + 1 end
  if role == 'o' and epoch ~= num(known[1]) then set('k', '0') end
  set(role .. 'e', whole(epoch), role .. 'h', holder)
  return whole(epoch)
end
local function isListDue(told, keyMs)
  local isDue = now() - num(told) > keyMs / 4
  if isDue then set('i', whole(now())) end
  return isDue and 1 or 0
end
local function session(epoch) return { epoch, get('d', 's', 'c', 'e', 'n', 'q', 'dr', 'x') } end
`;

const script = (body: string): Script => {
  const source = COMMON + body;
  return { source, sha: createHash('sha1').update(source).digest('hex') };
};

/** holder, description, epoch, final, how long the lease and the keys last (ms) → milliseconds for which it is held, or a session. */
export const OPEN = script(`
local owner = get('oh', 'ou')
local left = num(owner[2]) - now()
if owner[1] and owner[1] ~= '' and owner[1] ~= ARGV[1] and left > 0 then return left end
create(ARGV[2])
local epoch = take('o', ARGV[1], num(ARGV[3]))
set('ou', whole(now() + ARGV[5]), 'x', '0', 'i', whole(now()))
if num(ARGV[4]) > num(get('n')[1]) then set('n', ARGV[4]) end
keepFor(ARGV[6])
return session(epoch)
`);

/** holder, description, epoch, how long the keys are kept (ms) → a session. */
export const OPEN_WRITER = script(`
create(ARGV[2])
local epoch = take('w', ARGV[1], num(ARGV[3]))
keepFor(ARGV[4])
return session(epoch)
`);

/** holder, how long the lease and the keys last (ms) → milliseconds for which it is held, nothing to be done, or a session. */
export const CLAIM = script(`
local known = get('d', 'x', 'ou', 'c', 'e', 'q', 'dr')
if not known[1] or known[2] == '1' then return false end
local left = num(known[3]) - now()
if left > 0 then return left end
if num(known[5]) <= num(known[4]) and num(known[6]) <= num(known[7]) then return false end
local epoch = take('o', ARGV[1], 0)
set('ou', whole(now() + ARGV[2]), 'i', whole(now()))
keepFor(ARGV[3])
return session(epoch)
`);

/** holder, epoch, number and JSON of the request, how long the keys are kept (ms) → a refusal, or `isUnowned`. */
export const REQUEST = script(`
local refused = refusal('w', ARGV[1], ARGV[2])
if refused then return refused end
local known = get('q', 'ou')
if num(ARGV[3]) > num(known[1]) then set('q', ARGV[3], 'q' .. ARGV[3], ARGV[4]) end
keepFor(ARGV[5])
return num(known[2]) <= now() and 1 or 0
`);

/** from, request, bytes → end, confirmed, the blocks as id and fields, the requests in JSON. */
export const READ = script(`
local known = get('e', 'c', 'q')
local blocks, bytes, from = {}, 0, whole(math.floor(ARGV[1]) + 1)
local isFull = false
while not isFull do
  local some = redis.call('XRANGE', a, from, '+', 'COUNT', 16)
  for _, block in ipairs(some) do
    bytes = bytes + #block[2][6]
    if #blocks > 0 and bytes > tonumber(ARGV[3]) then isFull = true break end
    blocks[#blocks + 1] = block
    from = '(' .. block[1]
  end
  if #some < 16 then isFull = true end
end
local requests = {}
for seq = ARGV[2] + 1, num(known[3]) do
  local request = get('q' .. whole(seq))[1]
  if request then requests[#requests + 1] = request end
end
return { known[1] or '0', known[2] or '0', blocks, requests }
`);

/** holder, epoch, ended, how long the keys are kept (ms) → whether it can be claimed. */
export const RELEASE = script(`
if refusal('o', ARGV[1], ARGV[2]) then return 0 end
set('ou', '0', 'oh', '', 'x', ARGV[3])
keepFor(ARGV[4])
local known = get('c', 'e', 'q', 'dr')
local isPending = num(known[2]) > num(known[1]) or num(known[3]) > num(known[4])
return ARGV[3] == '0' and isPending and 1 or 0
`);

/** The operations of {@link MANY}. */
export type Operation = 'append' | 'confirm' | 'renew' | 'show';

/**
 * Several calls, of any sessions. The three keys of each; then of each its operation, the number of its arguments, and these → the
 * answer of each. An error of one is its answer, and leaves the others alone.
 *
 * append: holder, epoch, position, end, capture time, bytes, how much to keep, how long the keys are kept (ms) → a refusal, or ends and `isUnowned`.
 *
 * confirm: holder, epoch, number, position, state, final, how long the lease and the keys last (ms), then channel, end and JSON of each final
 * → a refusal, or what was confirmed before, the numbers of the finals, 0 for one that was refused, and whether to tell the list of claims anew.
 *
 * renew: holder, epoch, request done, how long the lease and the keys last (ms) → a refusal, or whether to tell the list of claims anew.
 *
 * show: holder, epoch, JSON.
 */
export const MANY = script(`
local does = {}
function does.append(given)
  local refused = refusal('w', given[1], given[2])
  if refused then return refused end
  local known = get('e', 'c', 'ou')
  local ended = known[1] or '0'
  if num(given[3]) >= num(known[1]) and num(given[4]) > num(given[3]) then
    ended = given[4]
    set('e', ended)
    if num(ended) > num(known[2]) then redis.call('XADD', a, ended .. '-0', 'p', given[3], 't', given[5], 'b', given[6]) end
  end
  if num(given[7]) > 0 then letGo(num(given[7])) end
  keepFor(given[8])
  return { known[1] or '0', ended, known[2] or '0', num(known[3]) <= now() and 1 or 0 }
end
function does.confirm(given)
  local refused = refusal('o', given[1], given[2])
  if refused then return refused end
  local known = get('c', 'e', 'n', 'k', 'i')
  local seq, seqs = math.max(num(known[3]), num(given[6])), {}
  local isRepeat = num(given[3]) <= num(known[4])
  for i = 9, #given, 3 do
    local channel = 'p' .. given[i]
    local last = get(channel)[1]
    if isRepeat or (last and tonumber(given[i + 1]) <= tonumber(last)) then
      seqs[#seqs + 1] = 0
    else
      seq = seq + 1
      set(channel, given[i + 1])
      redis.call('XADD', t, whole(seq) .. '-0', 'c', given[i], 'e', given[i + 1], 'd', given[i + 2])
      seqs[#seqs + 1] = seq
    end
  end
  set('ou', whole(now() + given[7]))
  if not isRepeat then set('n', whole(seq), 's', given[5], 'k', given[3]) end
  local position = num(given[4])
  if not isRepeat and position > num(known[1]) then
    set('c', given[4])
    if position > num(known[2]) then set('e', given[4]) end
    letGo(position)
  end
  keepFor(given[8])
  return { known[1] or '0', seqs, isListDue(known[5], given[8]) }
end
function does.renew(given)
  local refused = refusal('o', given[1], given[2])
  if refused then return refused end
  local known = get('dr', 'i')
  set('ou', whole(now() + given[4]))
  if num(given[3]) > num(known[1]) then set('dr', given[3]) end
  keepFor(given[5])
  return isListDue(known[2], given[5])
end
function does.show(given)
  if not refusal('o', given[1], given[2]) then set('w', given[3]) end
end
local answers, at = {}, 1
for i = 1, #KEYS, 3 do
  m, a, t = KEYS[i], KEYS[i + 1], KEYS[i + 2]
  local given, last = {}, at + 1 + ARGV[at + 1]
  -- unpack() takes some thousands at most.
  for place = at + 2, last do given[#given + 1] = ARGV[place] end
  local isDone, answer = pcall(does[ARGV[at]], given)
  if not isDone then answer = { err = type(answer) == 'table' and answer.err or answer } end
  answers[#answers + 1] = answer or false
  at = last + 1
end
return answers
`);

/** number, limit → the finals as id and fields, what is shown, ended */
export const PUBLISHED = script(`
local known = get('w', 'x')
local finals = redis.call('XRANGE', t, whole(ARGV[1] + 1), '+', 'COUNT', ARGV[2])
return { finals, known[1], known[2] }
`);

/**
 * The list of claims: a sorted set of the sessions that have an owner, or need one, by the time from which to look. It may be on another
 * node than a session, so each change of it is a step of its own. `in` milliseconds, milliseconds of the key, ids.
 */
export const LOOK_LATER = script(`
for i = 3, #ARGV do redis.call('ZADD', m, whole(now() + ARGV[1]), ARGV[i]) end
keepFor(ARGV[2])
`);

/** limit → ids and their times, of those that are to be looked at */
export const TO_LOOK_AT = script(`
return redis.call('ZRANGE', m, '-inf', whole(now()), 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')
`);

/** id, time → removes it, unless it has been put in again. */
export const FORGET = script(`
if redis.call('ZSCORE', m, ARGV[1]) == ARGV[2] then redis.call('ZREM', m, ARGV[1]) end
`);
