"""What the tool says to GitHub and reads there: comments, reviews, and issues."""
