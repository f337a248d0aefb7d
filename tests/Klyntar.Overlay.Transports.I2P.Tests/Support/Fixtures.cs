[assembly: AssemblyFixture(typeof(Klyntar.Overlay.Transports.I2P.Tests.SoloRouter))]
