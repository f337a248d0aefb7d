using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Klyntar.Overlay.BinFetch.Tests;

/// <summary>Makes archives, sound ones and others.</summary>
internal sealed class TestArchive
{
    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly List<TarEntry> _entries = [];

    /// <summary>One as the Tor Project's bundles are, with scripts for programs and something large.</summary>
    public static TestArchive Bundle(string torVersion) => new TestArchive()
        .Folder("tor")
        .Script("tor/tor", $"echo \"Tor version {torVersion}.\"")
        .File("tor/libevent-2.1.so.7", "a library")
        .Script("tor/pluggable_transports/lyrebird", "exit 0")
        .File("tor/pluggable_transports/pt_config.json", "{}")
        .File("data/geoip", Convert.ToBase64String(RandomNumberGenerator.GetBytes(300_000)));

    public TestArchive Script(string name, string script) => File(name, $"#!/bin/sh\n{script}\n", Program);

    public TestArchive File(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.GroupRead) =>
        Add(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });

    public TestArchive Folder(string name) => Add(new UstarTarEntry(TarEntryType.Directory, name));

    public TestArchive Link(string name, string target, bool isHard = false) =>
        Add(new UstarTarEntry(isHard ? TarEntryType.HardLink : TarEntryType.SymbolicLink, name) { LinkName = target });

    public TestArchive Add(TarEntry entry)
    {
        _entries.Add(entry);
        return this;
    }

    public byte[] Pack()
    {
        using MemoryStream packed = new();
        using (GZipStream compressed = new(packed, CompressionLevel.Fastest))
        using (TarWriter writer = new(compressed))
        {
            _entries.ForEach(writer.WriteEntry);
        }

        return packed.ToArray();
    }
}
