namespace Klyntar.Overlay.Cli.Tests;

public sealed class UsageErrorsTests
{
    [Theory]
    [InlineData("upp", "There is no command 'upp'. Did you mean 'up'?")]
    [InlineData("keys lst", "'keys' has no command 'lst'. Did you mean 'list'?")]
    [InlineData("up --expos 7332", "'up' has no option '--expos'. Did you mean '--expose'?")]
    [InlineData("status --wtach", "'status' has no option '--wtach'. Did you mean '--watch'?")]
    [InlineData("up --socks-port abc", "--socks-port takes a port from 0 to 65535, not 'abc'.")]
    [InlineData("up --socks-port 65536", "--socks-port takes a port from 0 to 65535, not '65536'.")]
    [InlineData("dial x:1 --timeout 0", "--timeout takes seconds from 1 to 86400, not '0'.")]
    [InlineData("dial x:1 y", "'dial' has no argument 'y'.")]
    [InlineData("keys export a", "Required argument missing for command: 'export'.")]
    public void Each_is_told_in_a_sentence_with_the_nearest_known_word(string line, string sentence) =>
        UsageErrors.Describe(Cli.Root().Parse(line)).Should().Equal(sentence);
}
