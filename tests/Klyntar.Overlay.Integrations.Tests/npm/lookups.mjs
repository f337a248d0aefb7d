// Tells of each name that this program would have resolved, in the place of resolving it.
import dns from 'node:dns'
import net from 'node:net'

const lookup = dns.lookup
dns.lookup = (host, ...rest) => {
  if (net.isIP(host)) return lookup(host, ...rest)
  console.error(`lookup of ${host}`)
  if (host === 'localhost') return lookup(host, ...rest)
  process.nextTick(rest.at(-1), new Error('not resolved here'))
}
