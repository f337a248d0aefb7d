using System.IO.Pipelines;

namespace Klyntar.Overlay.Connections.Tests;

internal sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
