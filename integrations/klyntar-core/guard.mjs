// Lets one WebSocket attempt for each URL be under way. The core begins others at once while the first one waits, and again when it fails, without limit.

// As long as a gateway's door dials. The library itself waits for ever for an answer to its handshake.
const ATTEMPT_TIME = 120_000

// A peer that refuses is asked again after this.
const PAUSE_AFTER_FAILURE = 1_000

/**
 * Guards the clients of the library "websocket". Whoever begins while an attempt for the same URL is under way, or has just failed, is told that it failed,
 * as the library tells: by the event "connectFailed".
 * @param {{ client: Function }} websocket the library
 * @param {{ attemptTime?: number, pause?: number }} [limits] in milliseconds
 * @returns the numbers of attempts that were begun and turned away
 */
export function guardWebSockets (websocket, { attemptTime = ATTEMPT_TIME, pause = PAUSE_AFTER_FAILURE } = {}) {
  const counts = { begun: 0, turnedAway: 0 }
  const busy = new Set()
  const { prototype } = websocket.client
  const connect = prototype.connect
  prototype.connect = function (url, ...rest) {
    const key = keyOf(url)
    if (busy.has(key)) {
      counts.turnedAway++
      // After the caller has added its listeners, and without holding up other work: a loop that waits for this goes round by the event loop.
      setImmediate(() => this.emit('connectFailed', new Error('An attempt to reach this URL is under way or has just failed; this one was not begun.')))
      return
    }

    busy.add(key)
    counts.begun++
    const limit = setTimeout(() => {
      settle(true)
      this.abort()
    }, attemptTime)
    limit.unref()
    const settle = hasFailed => {
      clearTimeout(limit)
      this.removeListener('connect', connected)
      this.removeListener('connectFailed', failed)
      if (!hasFailed) return busy.delete(key)
      setTimeout(() => busy.delete(key), pause).unref()
    }
    const connected = () => settle(false)
    const failed = () => settle(true)
    this.on('connect', connected)
    this.on('connectFailed', failed)
    try {
      return connect.call(this, url, ...rest)
    } catch (error) {
      settle(true)
      throw error
    }
  }

  return counts
}

function keyOf (url) {
  try {
    return new URL(url.href ?? url).href
  } catch {
    return String(url)
  }
}
