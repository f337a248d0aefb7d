// Stands for KLYNTAR's SDK, which no registry has: the same options, the same fault, one of its calls.
import fetch from 'node-fetch'
import { SocksProxyAgent } from 'socks-proxy-agent'

export default class Web1337 {
  constructor ({ nodeURL, proxyURL }) {
    this.nodeURL = nodeURL

    // The real one compares the address itself with the word 'string', so that no proxy is ever set.
    if (proxyURL === 'string') this.proxy = new SocksProxyAgent(proxyURL)
  }

  getCurrentLeader = () =>
    fetch(this.nodeURL + '/current_leader', { agent: this.proxy }).then(response => response.json()).catch(error => error)
}
