using System.IO.Pipelines;
using System.Text;

namespace Klyntar.Overlay.Transports.ZeroNet.Tests;

/// <summary>Says and hears texts over tunnels.</summary>
internal static class TunnelPipes
{
    public static Task SayAsync(this TunnelConnection connection, string text) =>
        connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken).AsTask().Soon();

    public static Task EndAsync(this TunnelConnection connection) => connection.Transport.Output.CompleteAsync().AsTask().Soon();

    /// <summary>Reads exactly a text.</summary>
    public static async Task HearsAsync(this TunnelConnection connection, string text)
    {
        ReadResult read = await connection.Transport.Input.ReadAtLeastAsync(text.Length, TestContext.Current.CancellationToken).AsTask().Soon();
        Encoding.ASCII.GetString(read.Buffer).Should().Be(text);
        connection.Transport.Input.AdvanceTo(read.Buffer.End);
    }

    /// <summary>Reads to the end in good order.</summary>
    public static async Task<long> ToEndAsync(this TunnelConnection connection)
    {
        for (long got = 0; ;)
        {
            ReadResult read = await connection.Transport.Input.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();
            got += read.Buffer.Length;
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return got;
            }
        }
    }
}
