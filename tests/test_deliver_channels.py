"""What all channels have in common."""

from pathlib import Path

from monitor.deliver import Channel, ChatChannel, CommandChannel, EmailChannel, FeedChannel, WebhookChannel


def test_people_get_a_storm_as_one_message_and_programs_each_alert() -> None:
    """Mail and chats fold a storm of alerts; webhooks, programs and feeds take each by itself."""
    channels: tuple[Channel, ...] = (
        EmailChannel("mail", ("ann@b.example",), "monitor@a.example", "smtp://127.0.0.1"),
        ChatChannel("chat", "json://127.0.0.1"),
        WebhookChannel("hook", "http://127.0.0.1"),
        CommandChannel("program", ("true",)),
        FeedChannel("feed", Path("feeds")),
    )
    assert [channel.name for channel in channels if channel.folds] == ["mail", "chat"]
