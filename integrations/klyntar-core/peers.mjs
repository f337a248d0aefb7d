import { setTimeout as pause } from 'node:timers/promises'
import { isOverlayName } from './lookup.mjs'

const TRIES = 10
const FIRST_PAUSE = 5_000
const LONGEST_PAUSE = 300_000
const ANSWER_TIME = 60_000
const LONGEST_ANSWER = 4_096

/** The bootstrap nodes that are reached over overlays. The core told them of itself before any plugin ran, and in vain. */
export const overlayUrls = urls => (urls ?? []).filter(url => URL.canParse(url) && isOverlayName(new URL(url).hostname))

/** Tells each of them where this node is, as the core does: POST /addpeer. */
export async function announce (urls, network, self, log) {
  await Promise.all(overlayUrls(urls).map(async url => {
    for (let tried = 1, wait = FIRST_PAUSE; ; tried++, wait = Math.min(2 * wait, LONGEST_PAUSE)) {
      const refused = await tell(url, network, self)
      if (refused === null) return log(`A bootstrap node knows this node now.`)
      if (tried === TRIES) return log(`A bootstrap node could not be told of this node: ${refused}`)
      await pause(wait, undefined, { ref: false })
    }
  }))
}

async function tell (url, network, self) {
  try {
    const response = await fetch(new URL('/addpeer', url), { method: 'POST', body: JSON.stringify([network, self]), redirect: 'error', signal: AbortSignal.timeout(ANSWER_TIME) })
    const answer = await read(response)
    return response.ok && !('err' in JSON.parse(answer)) ? null : `it says ${answer.slice(0, 200)}`
  } catch (error) {
    return error.cause?.message ?? error.message
  }
}

async function read (response) {
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body) {
    text += decoder.decode(part, { stream: true })
    if (text.length > LONGEST_ANSWER) throw new Error('its answer is too long')
  }

  return text
}
