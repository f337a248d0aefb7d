using System.Net;
using CsCheck;

namespace Klyntar.Overlay.Socks.Tests;

/// <summary>Handshakes of every protocol, whole and damaged, and the pieces in which they arrive.</summary>
internal static class Gens
{
    private const string NameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

    /// <summary>A name that is not an address in disguise, since it starts with a letter.</summary>
    public static readonly Gen<string> Host =
        Gen.Select(Gen.Char["abcdefghijklmnopqrstuvwxyz"], Gen.String[Gen.Char[NameCharacters], 0, 254], (first, rest) => first + rest);

    public static readonly Gen<IPAddress> Address = Gen.OneOf(
        Gen.Byte.Array[4].Select(b => new IPAddress(b)),
        Gen.Byte.Array[16].Select(b => new IPAddress(b)));

    public static readonly Gen<int> Port = Gen.Int[1, 65535];

    public static readonly Gen<byte[]> Credential = Gen.Byte.Array[0, 255];

    public static readonly Gen<byte[]> Socks5 = Gen.Select(
        Gen.OneOf(Gen.Const<byte[]>([0]), Gen.Const<byte[]>([2]), Gen.Const<byte[]>([0, 2]), Gen.Byte.Array[0, 255]),
        Credential,
        Credential,
        AnyOf(1, 1, 1, 2, 3, 0xF0, 0xF1),
        Host,
        Port,
        (methods, user, password, command, host, port) => (byte[])
        [
            .. Wire.Greeting(methods),
            .. methods.Contains((byte)2) ? Wire.Password(user, password) : [],
            .. Wire.Request(command, Wire.Text(host), port),
        ]);

    public static readonly Gen<byte[]> Socks4 = Gen.Select(
        AnyOf(1, 1, 1, 2, 0xF0),
        Port,
        Gen.Byte[1, 255].Array[0, 300],
        Host,
        Gen.Bool,
        (command, port, user, host, isNamed) => isNamed ? Wire.Socks4a(command, port, user, Wire.Text(host)) : Wire.Socks4(command, [192, 0, 2, 1], port, user));

    public static readonly Gen<byte[]> Http = Gen.Select(
        Gen.OneOf(Host, Address.Select(a => a.GetAddressBytes().Length == 4 ? a.ToString() : $"[{a}]")),
        Port,
        Credential,
        Credential,
        Gen.Int[0, 70],
        (host, port, user, password, lines) => Wire.Connect($"{host}:{port}", [.. Enumerable.Range(0, lines).Select(i => $"Name-{i}: value"), Wire.Basic([.. user.Where(b => b != ':')], password)]));

    /// <summary>A good handshake, a damaged one, or noise.</summary>
    public static readonly Gen<byte[]> Handshake = Gen.OneOf(Socks5, Socks4, Http).SelectMany(good => Gen.Frequency(
        (2, Gen.Const(good)),
        (5, Damaged(good)),
        (1, Gen.Byte.Array[0, 600]),
        (1, Gen.Select(AnyOf(4, 5, (byte)'C'), Gen.Byte.Array[0, 600], (first, rest) => (byte[])[first, .. rest]))));

    public static readonly Gen<int[]> Pieces = Gen.OneOf(
        Gen.Int[1, 4].Array[0, 400],
        Gen.Int[1, 200].Array[0, 20],
        Gen.Const<int[]>([]));

    /// <summary>One of these, with a fault in it.</summary>
    public static Gen<byte[]> DamagedFrom(Gen<byte[]> good) => good.SelectMany(Damaged);

    private static Gen<byte> AnyOf(params byte[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>Replaces, removes, inserts or cuts.</summary>
    private static Gen<byte[]> Damaged(byte[] good) => Gen.Select(
        Gen.Int[0, 3],
        Gen.Int[0, Math.Max(0, good.Length - 1)],
        Gen.OneOf(Gen.Byte, AnyOf(0, 1, 3, 4, 5, 255, (byte)'\r', (byte)'\n', (byte)' ', (byte)':')),
        (how, at, value) => how switch
        {
            0 => (byte[])[.. good[..at], value, .. good.AsSpan(Math.Min(at + 1, good.Length))],
            1 => [.. good[..at], .. good.AsSpan(Math.Min(at + 1, good.Length))],
            2 => [.. good[..at], value, .. good[at..]],
            _ => good[..at],
        });
}
