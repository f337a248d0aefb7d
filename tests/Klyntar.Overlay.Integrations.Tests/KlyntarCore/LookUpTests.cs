namespace Klyntar.Overlay.Integrations.Tests;

/// <summary><c>lookup.mjs</c> with the libraries that the core uses. Each program tells the names that it would have had resolved.</summary>
public sealed class LookUpTests(CorePlace place, NpmPackages packages) : IClassFixture<CorePlace>
{
    private const string Ask = """
        const [url] = process.argv.slice(2)
        const ask = {
          'node-fetch': async () => (await (await import('node-fetch')).default(url)).text(),
          undici: async () => (await (await import('undici')).request(url)).body.text(),
          fetch: async () => (await fetch(url)).text(),
          http: () => import('node:http').then(({ default: http }) => new Promise((resolve, reject) =>
            http.get(url, response => response.setEncoding('utf8').on('data', resolve)).on('error', reject))),
          net: () => import('node:net').then(({ default: net }) => new Promise((resolve, reject) => {
            const { hostname, port } = new URL(url)
            const socket = net.connect(Number(port), hostname, () => socket.end('GET / HTTP/1.0\r\n\r\n'))
            socket.setEncoding('utf8').on('data', resolve).on('error', reject)
          })),
          websocket: () => import('websocket').then(({ default: websocket }) => new Promise((resolve, reject) => {
            const client = new websocket.client()
            client.on('connectFailed', reject)
            client.on('connect', connection => {
              connection.on('message', message => resolve(message.utf8Data) || connection.close())
              connection.sendUTF('hello')
            })
            client.connect(url, 'echo-protocol')
          }))
        }
        try {
          console.log(await ask[process.env.ASK_BY]())
        } catch (error) {
          console.log(`${error.code ?? error.cause?.code}: ${error.message} ${error.cause?.message ?? ''}`)
        }
        """;

    private static string Hook => new Uri(Repository.PathOf("integrations", "klyntar-core", "lookup.mjs")).AbsoluteUri;

    [Theory]
    [InlineData("node-fetch", false)]
    [InlineData("undici", false)]
    [InlineData("fetch", false)]
    [InlineData("http", false)]
    [InlineData("net", false)]
    [InlineData("websocket", false)]
    [InlineData("node-fetch", true)]
    [InlineData("undici", true)]
    [InlineData("fetch", true)]
    [InlineData("http", true)]
    [InlineData("net", true)]
    [InlineData("websocket", true)]
    public async Task Each_library_reaches_an_overlay_name_over_the_gateway_in_whatever_order_it_is_loaded(string library, bool hookComesLast)
    {
        string url = library == "websocket" ? $"ws://{place.Onion}:9999" : $"http://{place.Onion}:7332/";

        ProgramRun run = await RunAsync(hookComesLast ? $"await import('{Library(library)}'); await import('{Hook}')\n{Ask}" : Ask, url, library, isPreloaded: !hookComesLast);

        run.Output.Should().Contain(place.Node.Nonce, run.All);
        run.Error.Should().NotContain("lookup of");
    }

    [Theory]
    [InlineData("node-fetch")]
    [InlineData("undici")]
    [InlineData("fetch")]
    [InlineData("http")]
    [InlineData("net")]
    [InlineData("websocket")]
    public async Task Without_a_gateway_each_library_is_told_why_and_no_resolver_is_asked(string library)
    {
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;

        ProgramRun run = await RunAsync(Ask, library == "websocket" ? $"ws://{place.Onion}:9999" : $"http://{place.Onion}:7332/", library, isPreloaded: true, folder);

        run.Output.Should().Contain("ENOTFOUND").And.Contain($"No gateway runs with the data folder {folder}.", run.All).And.Contain("klyntar-overlay up");
        run.Error.Should().NotContain("lookup of");
        Directory.Delete(folder);
    }

    [Theory]
    [InlineData("nobody.bit")]
    [InlineData("short.onion")]
    [InlineData("NOBODY.Onion.")]
    public async Task What_the_gateway_has_no_peer_for_is_not_resolved_either(string host)
    {
        ProgramRun run = await RunAsync(Ask, $"http://{host}:7332/", "http", isPreloaded: true);

        run.Output.Should().Contain("ENOTFOUND").And.Contain("The gateway says:", run.All);
        run.Error.Should().NotContain("lookup of");
    }

    [Fact]
    public async Task Other_names_are_resolved_as_ever() =>
        (await RunAsync(Ask, "http://example.invalid/", "http", isPreloaded: true)).Error.Should().Contain("lookup of example.invalid");

    [Fact]
    public async Task Every_form_of_the_question_has_its_form_of_the_answer()
    {
        ProgramRun run = await RunAsync($$"""
            import dns, { lookup } from 'node:dns'
            import { lookup as promised } from 'node:dns/promises'
            import { promisify } from 'node:util'
            import assert from 'node:assert'
            const host = '{{place.Onion.ToUpperInvariant()}}.'
            const called = (...args) => new Promise(resolve => dns.lookup(host, ...args, (...answer) => resolve(answer)))
            const [none, address, family] = await called()
            assert.deepEqual([none, family], [null, 4])
            assert.match(address, /^127\.71\./)
            for (const options of [4, { family: 4 }, { family: 'IPv4' }, { family: 0, hints: 0 }, undefined]) assert.deepEqual(await called(options), [null, address, 4])
            assert.deepEqual(await called({ all: true }), [null, [{ address, family: 4 }]])
            for (const options of [6, { family: 6 }, { family: 'IPv6', all: true }]) assert.equal((await called(options))[0].code, 'ENOTFOUND')
            assert.deepEqual(await promised(host), { address, family: 4 })
            assert.deepEqual(await promised(host, { all: true }), [{ address, family: 4 }])
            assert.deepEqual(await promisify(lookup)(host), { address, family: 4 })
            assert.equal(lookup, dns.lookup)
            await assert.rejects(dns.promises.resolve4(host), { code: 'ENOTFOUND' })
            await assert.rejects(new dns.promises.Resolver().resolveAny(host), { code: 'ENOTFOUND' })
            assert.equal(await new Promise(resolve => dns.resolve(host, 'AAAA', error => resolve(error.code))), 'ENOTFOUND')
            assert.equal(await new Promise(resolve => new dns.Resolver().resolveTxt(host, error => resolve(error.code))), 'ENOTFOUND')
            assert.throws(() => dns.lookup(host))
            """, "", "", isPreloaded: true);

        run.Exit.Should().Be(0, run.All);

        // The missing callback is complained of by asking for an address, which needs no resolver.
        run.Error.Should().NotContainEquivalentOf(".onion");
    }

    [Fact]
    public async Task A_rush_of_questions_is_one_for_the_gateway()
    {
        // A gateway that counts, since the real one does not.
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
        ProgramRun run = await RunAsync($$"""
            import dns from 'node:dns/promises'
            import http from 'node:http'
            let asked = 0
            const gateway = http.createServer((request, response) => { asked++; response.end('{"loopback":"127.71.128.1"}') })
            await new Promise(resolve => gateway.listen('{{folder}}/gateway.sock', resolve))
            for (let i = 0; i < 50; i++) await Promise.all(Array.from({ length: 50 }, () => dns.lookup('rush.onion')))
            console.log(`asked ${asked}`)
            gateway.close()
            """, "", "", isPreloaded: true, folder);

        run.Output.Should().Be("asked 1\n", run.All);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("""{"loopback":"192.0.2.7"}""", "The gateway named no loopback address.")]
    [InlineData("""{"loopback":"127.0.0.1.evil.example"}""", "The gateway named no loopback address.")]
    [InlineData("null", "cannot be read")]
    [InlineData("no JSON", "cannot be read")]
    [InlineData("'x'.repeat(1e6)", "does not answer as it should")]
    public async Task An_answer_that_no_gateway_gives_leads_nowhere(string answer, string why)
    {
        string folder = Directory.CreateTempSubdirectory("klyntar-test-").FullName;
        ProgramRun run = await RunAsync($$"""
            import dns from 'node:dns/promises'
            import http from 'node:http'
            const gateway = http.createServer((request, response) => response.end({{(answer.StartsWith('\'') ? answer : $"`{answer}`")}}))
            await new Promise(resolve => gateway.listen('{{folder}}/gateway.sock', resolve))
            console.log(await dns.lookup('odd.onion').catch(error => `${error.code} ${error.message}`))
            gateway.close()
            gateway.closeAllConnections()
            """, "", "", isPreloaded: true, folder);

        run.Output.Should().Contain("ENOTFOUND").And.Contain(why, run.All);
        Directory.Delete(folder, recursive: true);
    }

    private static string Library(string name) => name is "fetch" or "http" or "net" ? $"node:{name.Replace("fetch", "https", StringComparison.Ordinal)}" : name;

    private Task<ProgramRun> RunAsync(string text, string url, string library, bool isPreloaded, string? folder = null)
    {
        string spy = new Uri(packages.PathOf("lookups.mjs")).AbsoluteUri;
        return packages.RunAsync(text, [url], new Dictionary<string, string>
        {
            ["NODE_OPTIONS"] = isPreloaded ? $"--import={spy} --import={Hook}" : $"--import={spy}",
            ["KLYNTAR_OVERLAY_DATA"] = folder ?? place.Near.DataFolder,
            ["ASK_BY"] = library,
        });
    }
}
