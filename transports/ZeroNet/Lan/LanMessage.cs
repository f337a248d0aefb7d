using System.Buffers;
using System.Collections.Immutable;
using MessagePack;

namespace Klyntar.Overlay.Transports.ZeroNet;

/// <summary>
/// A datagram by which ZeroNet's peers find each other on a local network, as its plugin AnnounceLocal sends them: one map of MessagePack. Touches no socket.
/// </summary>
/// <param name="Command">What it asks or answers.</param>
/// <param name="Sender">Who says that he has sent it.</param>
/// <param name="SitesChanged">Of answers: when the sender's list of sites last changed, in seconds since 1970.</param>
/// <param name="Sites">Of a list: its sites, <see cref="LanLimits.SitesAtOnce"/> at most.</param>
internal sealed record LanMessage(LanCommand Command, LanSender Sender, long SitesChanged, ImmutableArray<SiteHash> Sites)
{
    // By command.
    private static readonly string[] Names = ["discoverRequest", "discoverResponse", "siteListRequest", "siteListResponse"];

    private static readonly byte[] EmptyMap = [0x80];

    // The deepest is a list in the params; names of peers have 20 letters. More sites than are looked at are no fault.
    private static readonly MessageLimits Limits = new() { Frame = LanLimits.Datagram, Depth = 8, Values = 1_024, Text = 64, Entries = 1_024 };

    /// <summary>Reads a datagram. Total.</summary>
    /// <param name="datagram">The datagram, whole.</param>
    /// <returns>The message; null where it is none, or none that is known here.</returns>
    public static LanMessage? Read(ReadOnlyMemory<byte> datagram)
    {
        if (datagram.IsEmpty || new FrameScanner { Limits = Limits }.Scan(new ReadOnlySequence<byte>(datagram)) != datagram.Length)
        {
            return null;
        }

        FieldReader reader = new(datagram, Limits);
        LanCommand? command = null;
        ReadOnlyMemory<byte> parameters = EmptyMap;
        ReadOnlyMemory<byte>? sender = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (name.SequenceEqual("cmd"u8))
            {
                command = CommandOf(reader.Text());
            }
            else if (name.SequenceEqual("params"u8))
            {
                parameters = reader.OptionalMap() ?? EmptyMap;
            }
            else if (name.SequenceEqual("sender"u8))
            {
                sender = reader.Map();
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(command is not null && sender is not null, out _) && LanSender.Read(sender!.Value, Limits) is { } known ? Read(command!.Value, known, parameters) : null;
    }

    /// <summary>Writes the datagram, with its fields in the order of real nodes.</summary>
    public byte[] Write()
    {
        ArrayBufferWriter<byte> output = new();
        MessagePackWriter writer = new(output);
        writer.WriteMapHeader(3);
        writer.Write("cmd", Names[(int)Command]);
        writer.Write("params");
        WriteParams(ref writer);
        writer.Write("sender");
        writer.WriteMapHeader(5);
        writer.Write("service", LanSender.Service);
        writer.Write("peer_id", Sender.PeerId);
        writer.Write("port", Sender.Port);
        writer.Write("broadcast_port", Sender.AnswerPort);
        writer.Write("rev", PeerSelf.Revision);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static LanMessage? Read(LanCommand command, LanSender sender, ReadOnlyMemory<byte> parameters)
    {
        bool isList = command == LanCommand.SiteListResponse;
        bool isAnswer = isList || command == LanCommand.DiscoverResponse;
        FieldReader reader = new(parameters, Limits);
        long? changed = null;
        ImmutableArray<SiteHash>? sites = null;
        while (reader.Next(out ReadOnlySpan<byte> name))
        {
            if (isAnswer && name.SequenceEqual("sites_changed"u8))
            {
                changed = reader.Seconds();
            }
            else if (isList && name.SequenceEqual("sites"u8))
            {
                sites = ReadSites(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return reader.Accept(isAnswer == changed is not null && isList == sites is not null, out _) ? new LanMessage(command, sender, changed ?? 0, sites ?? []) : null;
    }

    private static ImmutableArray<SiteHash> ReadSites(ref FieldReader reader)
    {
        int count = reader.List();
        var sites = ImmutableArray.CreateBuilder<SiteHash>(Math.Min(count, LanLimits.SitesAtOnce));
        for (int i = 0; i < count && !reader.HasFailed; i++)
        {
            if (i >= LanLimits.SitesAtOnce)
            {
                reader.Skip();
            }
            else if (reader.Bytes().Span is { Length: AnnounceParams.HashBytes } hash)
            {
                sites.Add(new SiteHash(hash));
            }
        }

        return sites.DrainToImmutable();
    }

    private void WriteParams(ref MessagePackWriter writer)
    {
        bool isList = Command == LanCommand.SiteListResponse;
        if (!isList && Command != LanCommand.DiscoverResponse)
        {
            writer.WriteMapHeader(0);
            return;
        }

        writer.WriteMapHeader(isList ? 2 : 1);
        writer.Write("sites_changed", SitesChanged);
        if (isList)
        {
            writer.Write("sites");
            writer.WriteArrayHeader(Sites.Length);
            foreach (SiteHash site in Sites)
            {
                writer.WriteBinHeader(AnnounceParams.HashBytes);
                site.Write(writer.GetSpan(AnnounceParams.HashBytes));
                writer.Advance(AnnounceParams.HashBytes);
            }
        }
    }

    private static LanCommand? CommandOf(string name) => Array.IndexOf(Names, name) is >= 0 and int command ? (LanCommand)command : null;
}
