using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Klyntar.Overlay.EndToEnd.Tests;

/// <summary>
/// The only way out of a network namespace: a TUN device that this process reads. Each packet that would leave the machine is
/// noted and goes nowhere.
/// </summary>
internal sealed partial class WayOut : IDisposable
{
    public const string Name = "out0";

    // linux/if_tun.h
    private const ulong SetInterface = 0x400454CA;
    private const short Tun = 0x0001;
    private const short NoPacketInfo = 0x1000;

    private readonly FileStream _device;
    private readonly ConcurrentQueue<string> _packets = new();

    private WayOut(FileStream device)
    {
        _device = device;
        new Thread(Read) { IsBackground = true, Name = "way out" }.Start();
    }

    /// <summary>The packets so far, as protocol and destination.</summary>
    public IReadOnlyList<string> Packets => [.. _packets];

    /// <summary>Opens the device, which is down until it is configured.</summary>
    public static WayOut Open()
    {
        SafeFileHandle handle = File.OpenHandle("/dev/net/tun", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Span<byte> request = stackalloc byte[40];
        request.Clear();
        Encoding.ASCII.GetBytes(Name, request);
        BinaryPrimitives.WriteInt16LittleEndian(request[16..], Tun | NoPacketInfo);
        if (InputOutputControl(handle, SetInterface, ref MemoryMarshal.GetReference(request)) != 0)
        {
            throw new IOException($"The TUN device cannot be made: {Marshal.GetLastPInvokeErrorMessage()}.");
        }

        return new WayOut(new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0));
    }

    public void Dispose() => _device.Dispose();

    /// <summary>Names a packet; null for what the kernel itself says on a new interface (IGMP, ICMPv6).</summary>
    internal static string? Describe(ReadOnlySpan<byte> packet)
    {
        (int protocol, int header, IPAddress destination) = packet[0] >> 4 == 4
            ? (packet[9], (packet[0] & 0xF) * 4, new IPAddress(packet.Slice(16, 4)))
            : (packet[6], 40, new IPAddress(packet.Slice(24, 16)));
        return protocol switch
        {
            0 or 2 or 58 => null,
            6 => $"TCP {new IPEndPoint(destination, BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]))}",
            17 => $"UDP {new IPEndPoint(destination, BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]))}",
            _ => $"protocol {protocol} {destination}",
        };
    }

    private void Read()
    {
        byte[] packet = new byte[64 * 1024];
        try
        {
            while (_device.Read(packet) is > 20 and int length)
            {
                if (Describe(packet.AsSpan(0, length)) is { } description)
                {
                    _packets.Enqueue(description);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int InputOutputControl(SafeFileHandle handle, ulong request, ref byte argument);
}
