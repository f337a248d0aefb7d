using System.Buffers.Binary;
using System.Net;

namespace Klyntar.Overlay.Socks;

/// <content>SOCKS4 and SOCKS4a, with tor's RESOLVE.</content>
internal partial struct SocksServerCodec
{
    private const byte Socks4Version = 0x04;
    private const int Socks4HeadLength = 8;

    /// <summary>04, command, port, address, user id, 00; where the address is 0.0.0.x (4a), a host name and 00.</summary>
    private int ReadSocks4Request(ReadOnlySpan<byte> unit)
    {
        if (_options.RequiredCredentials is not null)
        {
            return Refuse(SocksRefusal.CredentialsRequired);
        }

        if (unit.Length < 2)
        {
            return 0;
        }

        _command = (SocksCommand)unit[1];
        if (_command is not (SocksCommand.Connect or SocksCommand.Resolve))
        {
            return Refuse(SocksRefusal.UnsupportedCommand);
        }

        if (unit.Length < Socks4HeadLength)
        {
            return 0;
        }

        int userLength = LengthOfString(unit[Socks4HeadLength..]);
        if (userLength > SocksCredentials.MaxLength)
        {
            return Refuse(SocksRefusal.CredentialsTooLong);
        }

        if (userLength < 0)
        {
            return 0;
        }

        int length = Socks4HeadLength + userLength + 1;
        ReadOnlySpan<byte> address = unit.Slice(4, 4);
        if (address is [0, 0, 0, not 0])
        {
            int hostLength = LengthOfString(unit[length..]);
            if (hostLength > Socks5Wire.MaxHostLength)
            {
                return Refuse(SocksRefusal.HostTooLong);
            }

            if (hostLength < 0)
            {
                return 0;
            }

            if (ReadHostAndQuery(unit.Slice(length, hostLength)) is { } refusal)
            {
                return Refuse(refusal);
            }

            length += hostLength + 1;
        }
        else
        {
            _address = new IPAddress(address);
        }

        _port = BinaryPrimitives.ReadUInt16BigEndian(unit[2..]);
        if (_port == 0 && _command == SocksCommand.Connect)
        {
            return Refuse(SocksRefusal.InvalidPort);
        }

        if (userLength > 0)
        {
            KeepCredentials(unit.Slice(Socks4HeadLength, userLength), default);
        }

        return Complete(length);
    }

    /// <summary>The length of a string that ends in 00; -1 where the end has not come, a length beyond any limit where it comes too late.</summary>
    private static int LengthOfString(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return end < 0 && bytes.Length > byte.MaxValue ? bytes.Length : end;
    }
}
