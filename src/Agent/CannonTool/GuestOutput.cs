using System.Text;

namespace Gavel.Agent.CannonTool;

/// <summary>Shows what the guest writes, line by line.</summary>
internal sealed class GuestOutput(TextWriter writer, string name) : Stream
{
    private const int MaxLine = 64 << 10;
    private readonly List<byte> _line = [];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Shows a last line that has no end.</summary>
    public void Finish()
    {
        if (_line.Count > 0)
        {
            Show();
        }
    }

    public override void Flush()
    {
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        foreach (byte b in buffer)
        {
            if (b == '\n')
            {
                Show();
                continue;
            }

            _line.Add(b);
            if (_line.Count == MaxLine)
            {
                Show();
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Show()
    {
        writer.WriteLine($"{name}: {Encoding.UTF8.GetString([.. _line])}");
        _line.Clear();
    }
}
