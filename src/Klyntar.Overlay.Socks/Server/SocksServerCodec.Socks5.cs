using System.Buffers.Binary;
using System.Net;

namespace Klyntar.Overlay.Socks;

/// <content>SOCKS5: RFC 1928, RFC 1929, and tor's socks-extensions.</content>
internal partial struct SocksServerCodec
{
    private static readonly byte[] ChosenNone = [Socks5Wire.Version, Socks5Wire.MethodNone];
    private static readonly byte[] ChosenPassword = [Socks5Wire.Version, Socks5Wire.MethodPassword];
    private static readonly byte[] ChosenNoMethod = [Socks5Wire.Version, Socks5Wire.MethodRefused];
    private static readonly byte[] PasswordAccepted = [Socks5Wire.PasswordVersion, 0x00];
    private static readonly byte[] PasswordRejected = [Socks5Wire.PasswordVersion, 0x01];

    /// <summary>05, number of methods, methods (RFC 1928, section 3).</summary>
    private int ReadSocks5Greeting(ReadOnlySpan<byte> unit)
    {
        if (unit.Length < 2)
        {
            return 0;
        }

        int length = 2 + unit[1];
        if (length == 2)
        {
            return Refuse(SocksRefusal.NoMethods, ChosenNoMethod);
        }

        if (unit.Length < length)
        {
            return 0;
        }

        // As tor does: a client that can give credentials has a reason to, so they win over none.
        ReadOnlySpan<byte> methods = unit[2..length];
        if (methods.Contains(Socks5Wire.MethodPassword))
        {
            Send(ChosenPassword);
            _phase = Phase.Socks5Password;
            return length;
        }

        if (!methods.Contains(Socks5Wire.MethodNone))
        {
            return Refuse(SocksRefusal.NoAcceptableMethod, ChosenNoMethod);
        }

        if (_options.RequiredCredentials is not null)
        {
            return Refuse(SocksRefusal.CredentialsRequired, ChosenNoMethod);
        }

        Send(ChosenNone);
        _phase = Phase.Socks5Request;
        return length;
    }

    /// <summary>01, length, user name, length, password (RFC 1929, section 2). Lengths of 0 are taken, as by tor.</summary>
    private int ReadSocks5Password(ReadOnlySpan<byte> unit)
    {
        if (unit[0] != Socks5Wire.PasswordVersion)
        {
            return Refuse(SocksRefusal.CredentialsMalformed, PasswordRejected);
        }

        if (unit.Length < 2 || unit.Length < 3 + unit[1])
        {
            return 0;
        }

        int userLength = unit[1];
        int passwordLength = unit[2 + userLength];
        int length = 3 + userLength + passwordLength;
        if (unit.Length < length)
        {
            return 0;
        }

        ReadOnlySpan<byte> user = unit.Slice(2, userLength);
        ReadOnlySpan<byte> password = unit.Slice(3 + userLength, passwordLength);
        if (_options.RequiredCredentials is { } required && !required.Accept(user, password))
        {
            return Refuse(SocksRefusal.CredentialsWrong, PasswordRejected);
        }

        KeepCredentials(user, password);
        Send(PasswordAccepted);
        _phase = Phase.Socks5Request;
        return length;
    }

    /// <summary>05, command, 00, address type, address, port (RFC 1928, section 4).</summary>
    private int ReadSocks5Request(ReadOnlySpan<byte> unit)
    {
        if (unit[0] != Socks5Wire.Version)
        {
            return Refuse(SocksRefusal.MalformedRequest);
        }

        if (unit.Length < 2)
        {
            return 0;
        }

        _command = (SocksCommand)unit[1];
        if (_command is not (SocksCommand.Connect or SocksCommand.Resolve or SocksCommand.ResolvePtr))
        {
            return Refuse(SocksRefusal.UnsupportedCommand);
        }

        if (unit.Length < 3)
        {
            return 0;
        }

        if (unit[2] != 0)
        {
            return Refuse(SocksRefusal.MalformedRequest);
        }

        if (unit.Length < 5)
        {
            return 0;
        }

        (int start, int addressLength) = unit[3] switch
        {
            Socks5Wire.AddressV4 => (4, 4),
            Socks5Wire.AddressV6 => (4, 16),
            Socks5Wire.AddressDomain => (5, unit[4]),
            _ => (-1, 0),
        };
        if (start < 0)
        {
            return Refuse(SocksRefusal.UnsupportedAddressType);
        }

        int length = start + addressLength + 2;
        if (unit.Length < length)
        {
            return 0;
        }

        ReadOnlySpan<byte> address = unit.Slice(start, addressLength);
        if (unit[3] != Socks5Wire.AddressDomain)
        {
            _address = new IPAddress(address);
        }
        else if (ReadHostAndQuery(address) is { } refusal)
        {
            return Refuse(refusal);
        }

        if (_command == SocksCommand.ResolvePtr && _address is null)
        {
            return Refuse(SocksRefusal.UnsupportedAddressType);
        }

        _port = BinaryPrimitives.ReadUInt16BigEndian(unit[(length - 2)..]);
        return _port == 0 && _command == SocksCommand.Connect ? Refuse(SocksRefusal.InvalidPort) : Complete(length);
    }
}
