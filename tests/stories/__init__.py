"""Browser stories (浏览器故事): one file per task of somebody who works with the platform."""
