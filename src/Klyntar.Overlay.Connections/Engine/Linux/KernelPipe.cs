namespace Klyntar.Overlay.Connections;

/// <summary>A pipe of the kernel, through which splice(2) moves bytes from socket to socket without copying them.</summary>
internal sealed class KernelPipe(int readEnd, int writeEnd, int capacity)
{
    public int ReadEnd => readEnd;

    public int WriteEnd => writeEnd;

    /// <summary>How many bytes it can hold at most.</summary>
    public int Capacity => capacity;

    public void Close()
    {
        _ = Libc.Close(readEnd);
        _ = Libc.Close(writeEnd);
    }
}
