return await Klyntar.Overlay.Cli.Cli.RunAsync(args);
