namespace Klyntar.Overlay.Gateway.Tests;

/// <summary>The source of a small transport, as an author would write it: it claims names that end in its own, and whatever is dialled echoes.</summary>
internal sealed record PluginCode
{
    public string Name { get; init; } = "echo";

    /// <summary>Statements of the factory's constructor.</summary>
    public string Constructor { get; init; } = "";

    /// <summary>Statements before each answer to <c>Parse</c>.</summary>
    public string Parse { get; init; } = "";

    /// <summary>Statements before each dial.</summary>
    public string Dial { get; init; } = "";

    /// <summary>Statements of <c>StartAsync</c>.</summary>
    public string Start { get; init; } = "";

    /// <summary>Members of its connections, of which ASP.NET's own class is the base.</summary>
    public string Connection { get; init; } = "";

    /// <summary>The description, as an expression.</summary>
    public string Description { get; init; } = "\"Echoes whatever is sent.\"";

    /// <summary>Promised capabilities, as an initialiser's members.</summary>
    public string Capabilities { get; init; } = "HalfClose = true";

    public bool NeverBlocks { get; init; }

    /// <summary>What its names end in; by default its own name.</summary>
    public string? Suffix { get; init; }

    public override string ToString() => $$"""
        using System;
        using System.Collections.Generic;
        using System.Collections.Immutable;
        using System.ComponentModel;
        using System.IO.Pipelines;
        using System.Threading;
        using System.Threading.Tasks;
        using Klyntar.Overlay;
        using Klyntar.Overlay.Identities;
        using Microsoft.AspNetCore.Connections;
        using Microsoft.Extensions.Logging;

        [assembly: OverlayTransport(typeof(Sample.EchoFactory))]
        [assembly: System.Reflection.AssemblyVersion("1.2.3.0")]

        namespace Sample;

        public sealed record EchoOptions
        {
            [Description("How many bytes wait.")]
            public int Buffer { get; init; } = 4096;
        }

        public sealed class EchoFactory : ITransportFactory
        {
            public EchoFactory() { {{Constructor}} }
            public string Name => "{{Name}}";
            public string Description => {{Description}};
            public Type OptionsType => typeof(EchoOptions);
            public Type ServiceOptionsType => null;
            public bool EnabledByDefault => true;
            public ITransport Create(object options) => new EchoTransport((EchoOptions)options);
        }

        public sealed class EchoEndPoint(string host, int port) : OverlayEndPoint("{{Name}}", host, port);

        public sealed class EchoTransport(EchoOptions options) : ITransport
        {
            private readonly StatusSource<TransportStatus> _status = new(TransportStatus.NotStarted);
            public string Name => "{{Name}}";
            public TransportCapabilities Capabilities { get; } = new() { {{Capabilities}} };
            public bool NeverBlocks => {{(NeverBlocks ? "true" : "false")}};
            public ImmutableArray<string> Suffixes => [".{{Suffix ?? Name}}"];
            public IStatus<TransportStatus> Status => _status;
            public IIdentityFormat Identities => null;

            public ParsedHost Parse(string host, int port)
            {
                {{Parse}}
                return host.EndsWith(".{{Name}}") ? ParsedHost.Valid(new EchoEndPoint(host, port)) : ParsedHost.NotClaimed;
            }

            public async Task StartAsync(ITransportContext context, CancellationToken cancellationToken)
            {
                ILogger logger = context.Loggers.CreateLogger("echo");
                {{Start}}
                _status.Set(TransportStatus.Ready);
                await Task.CompletedTask;
            }

            public async ValueTask<DialResult> DialAsync(DialRequest request, CancellationToken cancellationToken)
            {
                {{Dial}}
                await Task.CompletedTask;
                var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: options.Buffer, resumeWriterThreshold: options.Buffer / 2));
                return new EchoConnection { Transport = new Duplex(pipe.Reader, pipe.Writer) };
            }

            public ValueTask<PublishResult> PublishAsync(ServiceDefinition definition, CancellationToken cancellationToken) =>
                new(new PublishError(PublishErrorKind.NotSupported, "It is only dialled."));

            public ValueTask WarmAsync(IReadOnlyList<OverlayEndPoint> endPoints, IsolationKey isolation, CancellationToken cancellationToken) => default;

            public ValueTask DisposeAsync()
            {
                _status.Complete(TransportStatus.Stopped);
                return default;
            }
        }

        public sealed class EchoConnection : DefaultConnectionContext
        {
            {{Connection}}
        }

        public sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
        {
            public PipeReader Input => input;
            public PipeWriter Output => output;
        }
        """;
}
