from tweet.models import Tweet


def test_a_tweet_reads_as_its_text():
    assert str(Tweet(text="hello")) == "hello"
