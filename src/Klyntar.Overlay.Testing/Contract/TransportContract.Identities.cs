using System.Text;
using System.Text.RegularExpressions;
using Klyntar.Overlay.Identities;
using Xunit;

namespace Klyntar.Overlay.Testing;

public abstract partial class TransportContract
{
    /// <summary>What a transport says of itself holds from its creation on.</summary>
    [Fact]
    public void Name_and_capabilities_are_known_from_the_start_and_fit_together()
    {
        ITransport transport = NewTransport();
        Assert.True(NamePattern().IsMatch(transport.Name), $"A transport's name is a lower case letter and at most 31 more or digits, unlike '{transport.Name}'.");
        Assert.Equal(transport.Name, CreateAndOwn().Name);
        Assert.Equal(transport.Capabilities, transport.Capabilities);
        Assert.Equal(TransportStatus.NotStarted, transport.Status.Current);
        Assert.True(
            transport.Identities is not null == transport.Capabilities.Publish,
            "A transport that publishes has identities, and one that is only dialled has none.");
        Assert.True(
            !transport.Capabilities.DialAs || (transport.Capabilities.Publish && transport.Capabilities.VisitorIdentity),
            "DialAs is declared, but there are no services to dial as or nobody is told who visits.");

        ITransport CreateAndOwn() => NewTransport();
    }

    /// <summary>Identities are made without the network, and never twice.</summary>
    [Fact]
    public void Each_new_identity_has_an_address_of_its_own()
    {
        ITransport transport = NewTransport();
        IIdentityFormat identities = IdentitiesOf(transport);
        HashSet<string> addresses = [];
        for (int i = 0; i < 16; i++)
        {
            Identity identity = identities.Create();
            Assert.Equal(transport.Name, identity.Overlay);
            Assert.True(addresses.Add(identity.Address), "Two new identities must not have the same address.");
        }
    }

    /// <summary>The same key gives the same address, after any crash, restart or reinstall from backup.</summary>
    [Fact]
    public void Every_export_format_reads_back_as_the_same_key_and_address()
    {
        IIdentityFormat identities = IdentitiesOf(NewTransport());
        IIdentityFormat elsewhere = IdentitiesOf(NewTransport());
        Assert.False(identities.Formats.IsDefaultOrEmpty, "There must be a format to keep keys in.");
        Assert.Equal(identities.Formats.Length, identities.Formats.Distinct().Count());
        Identity identity = identities.Create();
        Assert.False(identities.FormatsOf(identity).IsDefaultOrEmpty, "There must be a format to keep a key in.");
        Assert.Empty(identities.FormatsOf(identity).Except(identities.Formats));
        foreach (string format in identities.FormatsOf(identity))
        {
            byte[] exported = identities.Export(identity, format);
            IdentityImport import = elsewhere.Import(exported);
            Assert.True(import.IsValid, $"What is exported as '{format}' must be read back, but: {import.Why}");
            Assert.True(import.Identity!.IsSameKey(identity), $"What is exported as '{format}' must be read back as the same key.");
            Assert.Equal(identity.Address, import.Identity.Address);
            Assert.True(exported.AsSpan().SequenceEqual(elsewhere.Export(import.Identity, format)), $"Exporting as '{format}' must be repeatable.");
        }

        Assert.True(
            identities.Export(identity, identities.Formats[0]).AsSpan().SequenceEqual(identity.Secret),
            "An identity's secret is in the form kept in the key folder: the first of the formats.");
    }

    /// <summary>A damaged or strange file is refused with a sentence.</summary>
    [Fact]
    public void Importing_garbage_gives_a_sentence_and_never_throws()
    {
        ITransport transport = NewTransport();
        IIdentityFormat identities = IdentitiesOf(transport);
        var random = new Random(3);
        List<byte[]> inputs = [[], [0], new byte[32], new byte[64], new byte[96], new byte[1 << 20], "-----BEGIN PRIVATE KEY-----\n"u8.ToArray()];
        Identity identity = identities.Create();
        foreach (string format in identities.FormatsOf(identity))
        {
            byte[] exported = identities.Export(identity, format);
            inputs.AddRange(Enumerable.Range(0, Math.Min(exported.Length, 1000)).Select(length => exported[..length]));
            inputs.Add([.. exported, 0]);
            inputs.Add([0, .. exported]);
            inputs.Add([.. exported, .. exported]);
            for (int i = 0; i < 200; i++)
            {
                byte[] flipped = [.. exported];
                flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
                inputs.Add(flipped);
            }
        }

        for (int i = 0; i < Limits.RandomInputs; i++)
        {
            byte[] noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            inputs.Add(noise);
        }

        foreach (byte[] input in inputs)
        {
            IdentityImport import;
            try
            {
                import = identities.Import(input);
            }
            catch (Exception e)
            {
                Assert.Fail($"Importing must never throw, but {input.Length} bytes made it throw {e.GetType()}: {e.StackTrace}");
                return;
            }

            if (import.Identity is { } read)
            {
                Assert.True(transport.Parse(read.Address, 80).EndPoint is not null, "Whatever is read as an identity must have a valid address.");
            }
            else
            {
                Assert.True(import.Why!.EndsWith('.'), $"Why an import is refused is told in a sentence, unlike '{import.Why}'.");
            }
        }
    }

    /// <summary>Exporting what cannot be exported is a bug of the caller, not a file with something else in it.</summary>
    [Fact]
    public void Exporting_in_an_unknown_format_or_for_another_overlay_throws_ArgumentException()
    {
        IIdentityFormat identities = IdentitiesOf(NewTransport());
        Identity identity = identities.Create();
        Assert.ThrowsAny<ArgumentException>(() => identities.Export(identity, "no-such-format"));
        Assert.ThrowsAny<ArgumentException>(() => identities.Export(new Identity("another", "a.another", identity.Secret), identities.Formats[0]));
    }

    /// <summary>A client key is the same one after any restart or reinstall, and what operators are given is no key.</summary>
    [Fact]
    public void Client_keys_are_read_back_and_anything_else_is_refused_in_a_sentence()
    {
        ITransport transport = NewTransport();
        Assert.SkipWhen(transport.ClientKeys is null, "The overlay has no client keys.");
        IClientKeys keys = transport.ClientKeys;
        IClientKeys elsewhere = NewTransport().ClientKeys!;
        ClientKey key = keys.Create();
        Assert.Equal(transport.Name, key.Overlay);
        Assert.NotEqual(key.PublicPart, keys.Create().PublicPart);
        ClientKeyImport import = elsewhere.Import(key.Secret);
        Assert.True(import.IsValid, $"A key is in the form that is kept, so it must be read, but: {import.Why}");
        Assert.Equal(key.PublicPart, import.Key.PublicPart);
        Assert.True(import.Key.Secret.SequenceEqual(key.Secret), "A key must be read back as the same key.");

        byte[] secret = key.Secret.ToArray();
        byte[][] others = [Encoding.UTF8.GetBytes(key.PublicPart), [], [0], new byte[1 << 20], .. Enumerable.Range(0, secret.Length).Select(length => secret[..length])];
        foreach (byte[] data in others)
        {
            ClientKeyImport refused = keys.Import(data);
            Assert.False(refused.IsValid, $"{data.Length} bytes that are no key were read as one.");
            Assert.True(refused.Why.EndsWith('.'), $"Why an import is refused is told in a sentence, unlike '{refused.Why}'.");
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9]{0,31}$")]
    private static partial Regex NamePattern();
}
