using Xunit.Sdk;
using Xunit.v3;

// They wait, for sessions of a router and for keys to rest, and hardly compute.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 8)]
[assembly: AssemblyFixture(typeof(Klyntar.Overlay.Transports.I2P.Tests.SoloRouter))]
